/** A photograph in shades of grey, row by row from the upper left. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly values: Uint8Array | Float32Array;
}

/** How many pixels an image's longer side has at most when images are compared: enough for scratches, few enough for thousands. */
export const COMPARED_SIDE = 256;
