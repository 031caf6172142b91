import { type Detection, iou, type LabelledBox } from './box.ts';

/** What is really in an image, and what the detector found there. */
export interface ImageResult {
  readonly truths: readonly LabelledBox[];
  readonly detections: readonly Detection[];
}

/** COCO's `maxDets`: of each image and class only the most confident hundred count. */
export const MAXIMUM_DETECTIONS = 100;

export interface ScoredMatch {
  readonly confidence: number;
  /** For each IoU threshold asked for: whether the detection found a truth that no better one had found. */
  readonly hits: readonly boolean[];
}

/**
 * Pairs one class's detections of one image with its truths, as COCO's evaluation does: the most confident detection
 * chooses first and takes the free truth that it overlaps with most, if by at least the threshold; of truths that it
 * overlaps with equally the last.
 */
export function matchClass(image: ImageResult, classId: number, thresholds: readonly number[]): ScoredMatch[] {
  const truths = image.truths.filter((truth) => truth.classId === classId);
  const detections = image.detections
    .filter((detection) => detection.classId === classId)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, MAXIMUM_DETECTIONS);
  const overlaps = detections.map(({ box }) => truths.map((truth) => iou(box, truth)));
  const hitsByThreshold = thresholds.map((threshold) => matchAt(overlaps, truths.length, threshold));
  return detections.map(({ confidence }, index) => ({
    confidence,
    hits: hitsByThreshold.map((hits) => hits[index] ?? false),
  }));
}

function matchAt(overlaps: readonly (readonly number[])[], truthCount: number, threshold: number): boolean[] {
  const taken = new Array<boolean>(truthCount).fill(false);
  return overlaps.map((row) => {
    let best = Math.min(threshold, 1 - 1e-10);
    let choice = -1;
    for (const [truth, overlap] of row.entries()) {
      if (taken[truth] || overlap < best) continue;
      best = overlap;
      choice = truth;
    }
    if (choice < 0) return false;
    taken[choice] = true;
    return true;
  });
}
