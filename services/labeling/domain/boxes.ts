import type { LabelBox } from '@assay/events';

/** In square pixels. Not a side: a crack may be narrower than a pixel, and be seen all the same. */
const LEAST_AREA = 1;

/** Boxes within the image, in pixels. What has less than a pixel's area left is dropped: nobody could see it there. */
export function clipBoxes(boxes: readonly LabelBox[], size: { width: number; height: number }): LabelBox[] {
  return boxes.flatMap((box) => {
    const left = Math.max(0, box.left);
    const top = Math.max(0, box.top);
    const width = Math.min(size.width, box.left + box.width) - left;
    const height = Math.min(size.height, box.top + box.height) - top;
    return width > 0 && height > 0 && width * height >= LEAST_AREA
      ? [{ classId: box.classId, className: box.className, left, top, width, height }]
      : [];
  });
}
