import type { LabelBox } from '@assay/events';

/** Boxes within the image; what has no area left is dropped. Pixels. */
export function clipBoxes(boxes: readonly LabelBox[], size: { width: number; height: number }): LabelBox[] {
  return boxes.flatMap((box) => {
    const left = Math.max(0, box.left);
    const top = Math.max(0, box.top);
    const width = Math.min(size.width, box.left + box.width) - left;
    const height = Math.min(size.height, box.top + box.height) - top;
    return width > 0 && height > 0
      ? [{ classId: box.classId, className: box.className, left, top, width, height }]
      : [];
  });
}
