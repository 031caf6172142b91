import type { Box } from '../box.ts';

/** Areas in square pixels, both ends included. */
export interface AreaRange {
  readonly from: number;
  readonly to: number;
}

const SMALL = 32 ** 2;
const LARGE = 96 ** 2;
const UNBOUNDED = 1e10;

/** COCO's sizes of objects. An object on a border is of both sizes. */
export const AREA_RANGES = {
  all: { from: 0, to: UNBOUNDED },
  small: { from: 0, to: SMALL },
  medium: { from: SMALL, to: LARGE },
  large: { from: LARGE, to: UNBOUNDED },
} satisfies Record<string, AreaRange>;

export function isWithin({ from, to }: AreaRange, { width, height }: Box): boolean {
  const area = width * height;
  return area >= from && area <= to;
}
