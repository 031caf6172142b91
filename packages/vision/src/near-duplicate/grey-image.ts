/** A photograph in shades of grey, row by row from the upper left. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array | Float32Array;
}

/** How many pixels an image's longer side has at most when images are compared: enough for scratches, few enough for thousands. */
const COMPARED_SIDE = 256;
/** The shorter side of an elongated one: patches are looked for half a patch away from the edges, and need room between them. */
const LEAST_SHORTER_SIDE = 64;
/** The longer side of even the most elongated one: then it has as many pixels as a square one. */
const MOST_LONGER_SIDE = 1024;

/**
 * To how many pixels an image's longer side is scaled down to be compared: 256; more for one that is longer than four times its
 * height or width, so that its shorter side has 64 left, up to 1024.
 */
export function comparedSide({ width, height }: Pick<GreyImage, 'width' | 'height'>): number {
  const elongation = Math.max(width, height) / Math.min(width, height);
  return Math.round(Math.min(MOST_LONGER_SIDE, Math.max(COMPARED_SIDE, LEAST_SHORTER_SIDE * elongation)));
}
