/** In whole pixels, unless told otherwise. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export function square(side: number): Size {
  return { width: side, height: side };
}

/**
 * The smallest input of a network that shows images of all these sizes as large as a square of `side` pixels would: one
 * side is `side`, the other one as long as the images need it, rounded up to a multiple of the network's coarsest stride.
 * A line's cameras all have one shape, and what a square has above and below their images is computed for nothing.
 *
 * @param side a multiple of `stride`
 */
export function inputFor(images: Iterable<Size>, side: number, stride: number): Size {
  let [width, height] = [0, 0];
  for (const image of images) {
    const longer = Math.max(image.width, image.height);
    width = Math.max(width, (image.width * side) / longer);
    height = Math.max(height, (image.height * side) / longer);
  }
  if (width === 0) return square(side);
  return { width: stride * Math.ceil(width / stride), height: stride * Math.ceil(height / stride) };
}
