import { LETTERBOX_GREY, type Letterbox, letterbox } from '@assay/vision';
import sharp, { type Sharp } from 'sharp';
import { decodeBitmapFile, isBitmapFile } from './bitmap-file.ts';
import { InspectorError } from './errors.ts';

/** An image as it lies in a network's input. */
export interface PlacedImage {
  /** How the upright image lies in the square. */
  readonly placement: Letterbox;
  /** [placement.height, placement.width, 3]: red, green and blue, 0 to 255, without the bars. */
  readonly rgb: Uint8Array;
}

/** An image as a network takes it. */
export interface ImageInput {
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
  const { placement, rgb } = await readPlacedImage(bytes, size);
  const planes = new Uint8Array(3 * size * size);
  writeBytePlanes({ placement, rgb }, planes);
  return { placement, planes };
}

/**
 * Decodes an image and scales it to lie in a square of `size` pixels. A JPEG that is several times as large is decoded at
 * a half, a quarter or an eighth of its size already, which takes a fraction of the time.
 *
 * @throws InspectorError `image-unreadable`
 */
export async function readPlacedImage(bytes: Uint8Array, size: number): Promise<PlacedImage> {
  try {
    const image = openImage(bytes);
    const { autoOrient } = await image.metadata();
    const placement = letterbox(autoOrient.width, autoOrient.height, size);
    const { width, height } = placement;
    // Not the fast way: that would leave the last halving to the JPEG decoder too, and change small images as well.
    const rgb = await image.resize(width, height, { fit: 'fill', fastShrinkOnLoad: false }).raw().toBuffer();
    return { placement, rgb };
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

/** A byte as it is in a network's input: from 0 to 1. */
const UNITS = Float32Array.from({ length: 256 }, (_, byte) => byte / 255);

/**
 * Writes an image as planes [3, size, size] of values from 0 to 1, the bars grey.
 *
 * A loop of its own, though `writeBytePlanes` has the same: shared by two kinds of arrays it takes V8 twice as long.
 */
export function writeUnitPlanes({ placement, rgb }: PlacedImage, planes: Float32Array): void {
  const { size, width, height, left, top } = placement;
  const area = size * size;
  fillBars(placement, planes, UNITS[LETTERBOX_GREY]!);
  let source = 0;
  for (let y = 0; y < height; y++) {
    let target = (top + y) * size + left;
    for (const end = target + width; target < end; target++) {
      planes[target] = UNITS[rgb[source++]!]!;
      planes[target + area] = UNITS[rgb[source++]!]!;
      planes[target + 2 * area] = UNITS[rgb[source++]!]!;
    }
  }
}

/** Writes an image as planes [3, size, size] of bytes, the bars grey. */
function writeBytePlanes({ placement, rgb }: PlacedImage, planes: Uint8Array): void {
  const { size, width, height, left, top } = placement;
  const area = size * size;
  fillBars(placement, planes, LETTERBOX_GREY);
  let source = 0;
  for (let y = 0; y < height; y++) {
    let target = (top + y) * size + left;
    for (const end = target + width; target < end; target++) {
      planes[target] = rgb[source++]!;
      planes[target + area] = rgb[source++]!;
      planes[target + 2 * area] = rgb[source++]!;
    }
  }
}

/** An image in its square has bars above and below, or beside it, or none. */
function fillBars({ size, width, height, top }: Letterbox, planes: Uint8Array | Float32Array, grey: number): void {
  if (width < size) planes.fill(grey);
  if (height === size) return;
  for (let plane = 0; plane < 3 * size; plane += size) {
    planes.fill(grey, plane * size, (plane + top) * size);
    planes.fill(grey, (plane + top + height) * size, (plane + size) * size);
  }
}
