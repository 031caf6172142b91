import { type Box, clipBox } from './box.ts';

/** The grey that fills a letterbox's bars, in all three channels: Ultralytics' convention. */
export const LETTERBOX_GREY = 114;

/** How an image lies in a square: scaled to fit, its shape kept, bars on two sides. All in whole pixels. */
export interface Letterbox {
  readonly imageWidth: number;
  readonly imageHeight: number;
  /** Side of the square. */
  readonly size: number;
  /** Size of the scaled image within the square. */
  readonly width: number;
  readonly height: number;
  /** Where the scaled image begins. */
  readonly left: number;
  readonly top: number;
}

/**
 * Where an image of this size comes to lie in a square of `size` pixels. Smaller images are scaled up. An odd pixel of
 * padding goes to the right or the bottom, as in Ultralytics' `LetterBox`.
 *
 * @throws RangeError when a side isn't a whole number of at least one pixel
 */
export function letterbox(imageWidth: number, imageHeight: number, size: number): Letterbox {
  for (const [name, side] of Object.entries({ imageWidth, imageHeight, size })) {
    if (!Number.isInteger(side) || side < 1) {
      throw new RangeError(`${name} is ${side}; a letterbox needs whole numbers of at least one pixel`);
    }
  }
  const scale = Math.min(size / imageWidth, size / imageHeight);
  const width = Math.max(1, Math.round(imageWidth * scale));
  const height = Math.max(1, Math.round(imageHeight * scale));
  return {
    imageWidth,
    imageHeight,
    size,
    width,
    height,
    left: Math.floor((size - width) / 2),
    top: Math.floor((size - height) / 2),
  };
}

/** A box of the image in the square's pixels. */
export function toLetterbox({ imageWidth, imageHeight, width, height, left, top }: Letterbox, box: Box): Box {
  const scaleX = width / imageWidth;
  const scaleY = height / imageHeight;
  return {
    left: left + box.left * scaleX,
    top: top + box.top * scaleY,
    width: box.width * scaleX,
    height: box.height * scaleY,
  };
}

/** A box of the square in the image's pixels. What lies in the bars is cut off. */
export function fromLetterbox({ imageWidth, imageHeight, width, height, left, top }: Letterbox, box: Box): Box {
  const scaleX = imageWidth / width;
  const scaleY = imageHeight / height;
  const inImage = {
    left: (box.left - left) * scaleX,
    top: (box.top - top) * scaleY,
    width: box.width * scaleX,
    height: box.height * scaleY,
  };
  return clipBox(inImage, imageWidth, imageHeight);
}
