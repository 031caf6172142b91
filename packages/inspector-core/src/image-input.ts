import { LETTERBOX_GREY, type Letterbox, letterbox } from '@assay/vision';
import sharp, { type Sharp } from 'sharp';
import { decodeBitmapFile, isBitmapFile } from './bitmap-file.ts';
import { InspectorError } from './errors.ts';

/** An image as a network takes it. */
export interface ImageInput {
  /** How the upright image lies in the square. */
  readonly placement: Letterbox;
  /** [3, size, size]: planes of red, green and blue, 0 to 255; the bars are grey. */
  readonly planes: Uint8Array;
}

/**
 * Opens an image of any format that the line may send: upright by its EXIF orientation, 8-bit sRGB, without alpha.
 *
 * @throws InspectorError `image-unreadable` for a bitmap that can't be read; sharp's own error when decoding others
 */
export function openImage(bytes: Uint8Array): Sharp {
  const opened = isBitmapFile(bytes) ? openBitmap(bytes) : sharp(bytes, { failOn: 'error' });
  return opened.autoOrient().flatten({ background: '#727272' }).toColourspace('srgb');
}

function openBitmap(bytes: Uint8Array): Sharp {
  const { width, height, rgb } = decodeBitmapFile(bytes);
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/**
 * Decodes an image and letterboxes it into a square of `size` pixels.
 *
 * @throws InspectorError `image-unreadable`
 */
export async function readImageInput(bytes: Uint8Array, size: number): Promise<ImageInput> {
  try {
    const upright = await openImage(bytes).raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = upright.info;
    const placement = letterbox(width, height, size);
    const scaled = await sharp(upright.data, { raw: { width, height, channels } })
      .resize(placement.width, placement.height, { fit: 'fill' })
      .raw()
      .toBuffer();
    return { placement, planes: toPlanes(scaled, placement) };
  } catch (cause) {
    if (cause instanceof InspectorError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InspectorError(
      'image-unreadable',
      `The image (${bytes.length} bytes) can't be decoded: ${reason}. Send a complete JPEG, PNG, TIFF, WebP or BMP file.`,
      { cause },
    );
  }
}

function toPlanes(rgb: Uint8Array, { size, width, height, left, top }: Letterbox): Uint8Array {
  const area = size * size;
  const planes = new Uint8Array(3 * area).fill(LETTERBOX_GREY);
  for (let y = 0; y < height; y++) {
    let source = 3 * y * width;
    let target = (top + y) * size + left;
    for (let x = 0; x < width; x++, target++) {
      planes[target] = rgb[source++]!;
      planes[target + area] = rgb[source++]!;
      planes[target + 2 * area] = rgb[source++]!;
    }
  }
  return planes;
}
