import type { AreaRange } from './area-range.ts';
import { type ClassResult, isSought, match, type ScoredMatch } from './matching.ts';

/** `n` numbers from `first` to `last`, computed as NumPy's `linspace` does, so that limits round as in pycocotools. */
function linspace(first: number, last: number, n: number): number[] {
  const step = (last - first) / (n - 1);
  return Array.from({ length: n }, (_, i) => (i === n - 1 ? last : first + i * step));
}

/** COCO's ten IoU thresholds: 0.5, 0.55, … 0.95. */
export const IOU_THRESHOLDS: readonly number[] = linspace(0.5, 0.95, 10);
/** COCO's 101 recall levels: 0, 0.01, … 1. */
export const RECALL_LEVELS: readonly number[] = linspace(0, 1, 101);

/** Precision over recall at one IoU threshold, at each of `RECALL_LEVELS`. */
export interface PrecisionRecallCurve {
  readonly iou: number;
  /** Best precision at this recall or beyond; 0 where the recall is never reached. */
  readonly precision: readonly number[];
  /** Confidence above which the recall is reached; 0 where it never is. */
  readonly confidence: readonly number[];
}

/** One class over all images, for objects of one size. */
export interface ClassCurves {
  /** How many objects there are to find. Without any there is nothing to measure: no curve, and no recall. */
  readonly sought: number;
  /** One for each of `IOU_THRESHOLDS`. */
  readonly curves: readonly PrecisionRecallCurve[];
  /** Share of the objects that are found at an IoU threshold, by its index, in the `rank` best detections of each image. */
  readonly recall: (rank: number, threshold: number) => number;
}

export function curvesOf(images: readonly ClassResult[], range: AreaRange): ClassCurves {
  const matches = images
    .flatMap((image) => match(image, IOU_THRESHOLDS, range))
    .sort((a, b) => b.confidence - a.confidence);
  const sought = images.reduce((sum, { truths }) => sum + truths.filter((truth) => isSought(truth, range)).length, 0);
  return {
    sought,
    curves: sought === 0 ? [] : IOU_THRESHOLDS.map((_, threshold) => curveOf(matches, sought, threshold)),
    recall: (limit, threshold) =>
      matches.filter(({ rank, outcomes }) => rank < limit && outcomes[threshold] === 'hit').length / sought,
  };
}

function curveOf(all: readonly ScoredMatch[], sought: number, threshold: number): PrecisionRecallCurve {
  const matches = all.filter(({ outcomes }) => outcomes[threshold] !== 'ignored');
  let found = 0;
  const recalls: number[] = [];
  const precisions: number[] = [];
  for (const [index, { outcomes }] of matches.entries()) {
    if (outcomes[threshold] === 'hit') found++;
    recalls.push(found / sought);
    precisions.push(found / (index + 1));
  }
  for (let i = precisions.length - 2; i >= 0; i--) precisions[i] = Math.max(precisions[i]!, precisions[i + 1]!);

  const reached = RECALL_LEVELS.map((level) => firstAtLeast(recalls, level));
  return {
    iou: IOU_THRESHOLDS[threshold]!,
    precision: reached.map((index) => precisions[index] ?? 0),
    confidence: reached.map((index) => matches[index]?.confidence ?? 0),
  };
}

/** Index of the first value that isn't below `level` in a rising list; the list's length when there is none. */
function firstAtLeast(rising: readonly number[], level: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! < level) low = middle + 1;
    else high = middle;
  }
  return low;
}
