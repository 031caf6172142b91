/** An axis-aligned box in pixels. `left` and `top` are of its upper left corner; fractions of a pixel are allowed. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A box that someone marked: what is really there. */
export interface LabelledBox extends Box {
  readonly classId: number;
}

/** A box that a detector found. */
export interface Detection {
  readonly box: Box;
  readonly classId: number;
  /** From 0 to 1. */
  readonly confidence: number;
}

/** The area that two boxes share, and the area that they cover together. Boxes that merely touch share nothing. */
export function overlap(a: Box, b: Box): { shared: number; union: number } {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  const shared = width > 0 && height > 0 ? width * height : 0;
  return { shared, union: a.width * a.height + b.width * b.height - shared };
}

/**
 * Intersection over union, from 0 (apart or merely touching) to 1 (the same box). Boxes without an area overlap with
 * nothing.
 */
export function iou(a: Box, b: Box): number {
  const { shared, union } = overlap(a, b);
  return shared === 0 ? 0 : shared / union;
}

/** The part of the box that lies in an image of this size; its width or height is 0 when no part does. */
export function clipBox(box: Box, imageWidth: number, imageHeight: number): Box {
  const left = clamp(box.left, imageWidth);
  const top = clamp(box.top, imageHeight);
  return {
    left,
    top,
    width: clamp(box.left + box.width, imageWidth) - left,
    height: clamp(box.top + box.height, imageHeight) - top,
  };
}

function clamp(value: number, upper: number): number {
  return Math.min(Math.max(value, 0), upper);
}
