import { type Box, clipBox } from './box.ts';
import type { Size } from './size.ts';

/** The grey that fills a letterbox's bars, in all three channels: Ultralytics' convention. */
export const LETTERBOX_GREY = 114;

/** How an image lies in a network's input: scaled to fit, its shape kept, bars on two sides. All in whole pixels. */
export interface Letterbox {
  readonly imageWidth: number;
  readonly imageHeight: number;
  readonly input: Size;
  /** Size of the scaled image within the input. */
  readonly width: number;
  readonly height: number;
  /** Where the scaled image begins. */
  readonly left: number;
  readonly top: number;
}

/**
 * Where an image of this size comes to lie in an input. Smaller images are scaled up. An odd pixel of padding goes to the
 * right or the bottom, as in Ultralytics' `LetterBox`.
 *
 * @throws RangeError when a side isn't a whole number of at least one pixel
 */
export function letterbox(imageWidth: number, imageHeight: number, input: Size): Letterbox {
  for (const [name, side] of Object.entries({
    imageWidth,
    imageHeight,
    inputWidth: input.width,
    inputHeight: input.height,
  })) {
    if (!Number.isInteger(side) || side < 1) {
      throw new RangeError(`${name} is ${side}; a letterbox needs whole numbers of at least one pixel`);
    }
  }
  const scale = Math.min(input.width / imageWidth, input.height / imageHeight);
  const width = Math.max(1, Math.round(imageWidth * scale));
  const height = Math.max(1, Math.round(imageHeight * scale));
  return {
    imageWidth,
    imageHeight,
    input,
    width,
    height,
    left: Math.floor((input.width - width) / 2),
    top: Math.floor((input.height - height) / 2),
  };
}

/** A box of the image in the input's pixels. */
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

/** A box of the input in the image's pixels. What lies in the bars is cut off. */
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
