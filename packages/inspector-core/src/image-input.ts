import { type Letterbox, letterbox, type Size } from '@assay/vision';
import sharp, { type Sharp } from 'sharp';
import { decodeBitmapFile, isBitmapFile } from './bitmap-file.ts';
import { InspectorError } from './errors.ts';
import { type PlacedImage, writeBytePlanes } from './input-planes.ts';
import { MAX_PIXELS, tooManyPixels } from './pixel-limit.ts';

/** An image as a network takes it. */
export interface ImageInput {
  readonly placement: Letterbox;
  /** [3, height, width] of the input: planes of red, green and blue, 0 to 255; the bars are grey. */
  readonly planes: Uint8Array;
}

/**
 * Opens an image of any format that the line may send: upright by its EXIF orientation, 8-bit sRGB, without alpha.
 *
 * @throws InspectorError `image-unreadable` for a bitmap that can't be read; sharp's own error when decoding others
 */
export function openImage(bytes: Uint8Array): Sharp {
  const opened = isBitmapFile(bytes)
    ? openBitmap(bytes)
    : sharp(bytes, { failOn: 'error', limitInputPixels: MAX_PIXELS });
  return opened.autoOrient().flatten({ background: '#727272' }).toColourspace('srgb');
}

function openBitmap(bytes: Uint8Array): Sharp {
  const { width, height, rgb } = decodeBitmapFile(bytes);
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/**
 * Decodes an image and letterboxes it into a network's input.
 *
 * @throws InspectorError `image-unreadable`
 */
export async function readImageInput(bytes: Uint8Array, input: Size): Promise<ImageInput> {
  const { placement, rgb } = await readPlacedImage(bytes, input);
  const planes = new Uint8Array(3 * input.width * input.height);
  writeBytePlanes({ placement, rgb }, planes);
  return { placement, planes };
}

/**
 * Decodes an image and scales it to lie in a network's input. A JPEG that is several times as large is decoded at a half, a
 * quarter or an eighth of its size already, which takes a fraction of the time.
 *
 * @throws InspectorError `image-unreadable`
 */
export async function readPlacedImage(bytes: Uint8Array, input: Size): Promise<PlacedImage> {
  try {
    const image = openImage(bytes);
    const { autoOrient, depth, space, hasProfile } = await image.metadata();
    // Of wider numbers nobody knows what white is: what is left of them in 8 bits may be all black, and pass.
    if (depth !== 'uchar' && depth !== 'ushort') {
      throw new Error(`its values are of type ${depth}, where whole numbers of 8 or 16 bits are read`);
    }
    // Colours of 16 bits with a profile are brought to Display P3, and would be taken for sRGB as they are there.
    if (space === 'rgb16' && hasProfile) image.withIccProfile('srgb', { attach: false });
    const placement = letterbox(autoOrient.width, autoOrient.height, input);
    const { width, height } = placement;
    // Not the fast way: that would leave the last halving to the JPEG decoder too, and change small images as well.
    const rgb = await image.resize(width, height, { fit: 'fill', fastShrinkOnLoad: false }).raw().toBuffer();
    return { placement, rgb };
  } catch (cause) {
    if (cause instanceof InspectorError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    if (/exceeds pixel limit/.test(reason)) throw tooManyPixels({ cause });
    throw new InspectorError(
      'image-unreadable',
      `The image (${bytes.length} bytes) can't be decoded: ${reason}. Send a complete JPEG, PNG, TIFF, WebP or BMP file.`,
      { cause },
    );
  }
}
