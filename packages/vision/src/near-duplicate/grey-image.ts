/** A photograph in shades of grey, row by row from the upper left. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array | Float32Array;
}

/** How many pixels an image's longer side has at most when images are compared: enough for scratches, few enough for thousands. */
const COMPARED_SIDE = 256;
/** The shorter side of an elongated one: patches are looked for half a patch away from the edges, and need room between them. */
export const LEAST_SHORTER_SIDE = 64;
/** The longer side of even the most elongated one: then it has as many pixels as a square one. */
const MOST_LONGER_SIDE = 1024;
/** Beyond this elongation it can't have both. */
const MOST_ELONGATION = MOST_LONGER_SIDE / LEAST_SHORTER_SIDE;

/** What an image is scaled down to, if it is larger, to be compared. */
export interface ComparedSize {
  readonly width: number;
  readonly height: number;
  /** Whether it keeps its shape, so that it fills one of the sides only. */
  readonly keepsShape: boolean;
}

/**
 * To how many pixels an image is scaled down to be compared: 256 of its longer side; more of one that is longer than four times
 * its height or width, so that its shorter side has 64 left, up to 1024. One that is longer still is compressed lengthwise.
 */
export function comparedSize({ width, height }: Pick<GreyImage, 'width' | 'height'>): ComparedSize {
  const elongation = Math.max(width, height) / Math.min(width, height);
  if (elongation > MOST_ELONGATION) {
    const most = (side: number, other: number) => Math.min(side, side > other ? MOST_LONGER_SIDE : LEAST_SHORTER_SIDE);
    return { width: most(width, height), height: most(height, width), keepsShape: false };
  }
  const side = Math.max(COMPARED_SIDE, Math.round(LEAST_SHORTER_SIDE * elongation));
  return { width: side, height: side, keepsShape: true };
}
