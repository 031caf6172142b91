import { iou } from './box.ts';
import type { ImageResult } from './coco/matching.ts';

/** Which class was taken for which. */
export interface Confusion {
  /** `counts[truth][found]`: how many objects of a class were found as which class. */
  readonly counts: readonly (readonly number[])[];
  /** By class: objects at whose place nothing was found. */
  readonly missed: readonly number[];
  /** By class: detections where no object is, or one that another detection found. */
  readonly invented: readonly number[];
}

/**
 * Pairs detections with objects whatever their classes: the most confident detection takes the free object that it
 * overlaps with most. Crowds are left out, and what is found in them counts as invented.
 *
 * @param confidence detections below it are not looked at
 * @param leastIou overlap from which on a detection is of an object
 */
export function confusionOf(
  images: readonly ImageResult[],
  classCount: number,
  { confidence, leastIou = 0.5 }: { readonly confidence: number; readonly leastIou?: number },
): Confusion {
  const counts = Array.from({ length: classCount }, () => new Array<number>(classCount).fill(0));
  const missed = new Array<number>(classCount).fill(0);
  const invented = new Array<number>(classCount).fill(0);
  for (const { truths, detections } of images) {
    const free = new Set(truths.filter(({ crowd }) => !crowd));
    const sure = detections.filter((detection) => detection.confidence >= confidence);
    for (const { box, classId } of sure.sort((a, b) => b.confidence - a.confidence)) {
      const [nearest] = [...free].map((truth) => ({ truth, iou: iou(box, truth) })).sort((a, b) => b.iou - a.iou);
      if (nearest === undefined || nearest.iou < leastIou) {
        invented[classId]!++;
        continue;
      }
      counts[nearest.truth.classId]![classId]!++;
      free.delete(nearest.truth);
    }
    for (const { classId } of free) missed[classId]!++;
  }
  return { counts, missed, invented };
}
