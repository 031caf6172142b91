import { readImageInput } from '@assay/inspector-core';
import { type Box, type Letterbox, square, toLetterbox } from '@assay/vision';
import type { Sample, Truth } from './dataset.ts';

/** A label as a YOLO text file states it: centre and size as shares of the upright image's sides. */
export interface RelativeBox {
  readonly classId: number;
  readonly centreX: number;
  readonly centreY: number;
  readonly width: number;
  readonly height: number;
}

/** A box in pixels of an upright image of this size, as a label states it. */
export function relativeBox(
  { left, top, width, height }: Box,
  image: { readonly width: number; readonly height: number },
  classId: number,
): RelativeBox {
  return {
    classId,
    centreX: (left + width / 2) / image.width,
    centreY: (top + height / 2) / image.height,
    width: width / image.width,
    height: height / image.height,
  };
}

/** An image whose labels aren't known yet. */
export interface DecodedImage extends Pick<Sample, 'name' | 'pixels'> {
  readonly placement: Letterbox;
}

/**
 * Decodes an image exactly as the line will.
 *
 * @param imageSize side of the square
 * @throws Error naming the image when it can't be decoded
 */
export async function decodeImage(name: string, bytes: Uint8Array, imageSize: number): Promise<DecodedImage> {
  try {
    const { planes, placement } = await readImageInput(bytes, square(imageSize));
    return { name, pixels: planes, placement };
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** An image with its labels and its regions of many objects, in the square's pixels. */
export function labelledSample(
  { name, pixels, placement }: DecodedImage,
  boxes: readonly RelativeBox[],
  crowds: readonly RelativeBox[] = [],
): Sample {
  const { imageWidth, imageHeight } = placement;
  const truth = ({ classId, centreX, centreY, width, height }: RelativeBox): Truth => {
    const box = toLetterbox(placement, {
      left: (centreX - width / 2) * imageWidth,
      top: (centreY - height / 2) * imageHeight,
      width: width * imageWidth,
      height: height * imageHeight,
    });
    return { x1: box.left, y1: box.top, x2: box.left + box.width, y2: box.top + box.height, classId };
  };
  const photographed = { width: imageWidth, height: imageHeight };
  return { name, pixels, photographed, truths: boxes.map(truth), crowds: crowds.map(truth) };
}
