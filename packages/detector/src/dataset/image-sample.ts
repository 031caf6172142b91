import { readImageInput } from '@assay/inspector-core';
import { type Box, toLetterbox } from '@assay/vision';
import type { Sample } from './dataset.ts';

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

/**
 * Decodes an image exactly as the line will, and brings its labels into the square's pixels.
 *
 * @param imageSize side of the square
 * @throws Error naming the image when it can't be decoded
 */
export async function imageSample(
  name: string,
  bytes: Uint8Array,
  boxes: readonly RelativeBox[],
  imageSize: number,
): Promise<Sample> {
  const { planes, placement } = await readNamed(name, bytes, imageSize);
  const { imageWidth, imageHeight } = placement;
  const truths = boxes.map(({ classId, centreX, centreY, width, height }) => {
    const box = toLetterbox(placement, {
      left: (centreX - width / 2) * imageWidth,
      top: (centreY - height / 2) * imageHeight,
      width: width * imageWidth,
      height: height * imageHeight,
    });
    return { x1: box.left, y1: box.top, x2: box.left + box.width, y2: box.top + box.height, classId };
  });
  return { name, pixels: planes, truths };
}

async function readNamed(name: string, bytes: Uint8Array, imageSize: number) {
  try {
    return await readImageInput(bytes, imageSize);
  } catch (cause) {
    throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
