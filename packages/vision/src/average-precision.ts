import { type ImageResult, matchClass, type ScoredMatch } from './matching.ts';

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

/** Figures from 0 to 1. */
export interface ClassPrecision {
  readonly classId: number;
  readonly truths: number;
  readonly detections: number;
  /** Mean over `IOU_THRESHOLDS`; like the others undefined when no truth is of this class. */
  readonly ap: number | undefined;
  readonly ap50: number | undefined;
  readonly ap75: number | undefined;
  /** Share of the truths that were found at all, at IoU 0.5. */
  readonly recall50: number | undefined;
  /** One for each of `IOU_THRESHOLDS`; none when no truth is of this class. */
  readonly curves: readonly PrecisionRecallCurve[];
}

export interface AveragePrecision {
  /** Means over the classes that have truths; undefined when none has. */
  readonly ap: number | undefined;
  readonly ap50: number | undefined;
  readonly ap75: number | undefined;
  /** By class id, from 0. */
  readonly classes: readonly ClassPrecision[];
}

/**
 * COCO's average precision (bounding boxes, all areas, no crowds): mean precision at 101 recall levels, over IoU
 * thresholds 0.5 to 0.95, at most 100 detections an image and class.
 *
 * @param images in a fixed order: it decides between detections of equal confidence
 * @param classCount class ids run from 0 to one below this
 * @throws RangeError when a truth or a detection has another class id
 * @see pycocotools `cocoeval.py`, whose figures these are
 */
export function averagePrecision(images: readonly ImageResult[], classCount: number): AveragePrecision {
  checkClassIds(images, classCount);
  const classes = Array.from({ length: classCount }, (_, classId) => classPrecision(images, classId));
  return {
    ap: mean(classes.map(({ ap }) => ap)),
    ap50: mean(classes.map(({ ap50 }) => ap50)),
    ap75: mean(classes.map(({ ap75 }) => ap75)),
    classes,
  };
}

function classPrecision(images: readonly ImageResult[], classId: number): ClassPrecision {
  const matches = images
    .flatMap((image) => matchClass(image, classId, IOU_THRESHOLDS))
    .sort((a, b) => b.confidence - a.confidence);
  const truths = images.reduce((sum, image) => sum + image.truths.filter((t) => t.classId === classId).length, 0);
  const curves = truths === 0 ? [] : IOU_THRESHOLDS.map((_, threshold) => curveOf(matches, truths, threshold));
  const areas = curves.map(({ precision }) => mean(precision));
  return {
    classId,
    truths,
    detections: matches.length,
    ap: mean(areas),
    ap50: areas[0],
    ap75: areas[5],
    recall50: truths === 0 ? undefined : matches.filter(({ hits }) => hits[0]).length / truths,
    curves,
  };
}

function curveOf(matches: readonly ScoredMatch[], truths: number, threshold: number): PrecisionRecallCurve {
  let found = 0;
  const recalls: number[] = [];
  const precisions: number[] = [];
  for (const [index, { hits }] of matches.entries()) {
    if (hits[threshold]) found++;
    recalls.push(found / truths);
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

function mean(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function checkClassIds(images: readonly ImageResult[], classCount: number): void {
  for (const [index, { truths, detections }] of images.entries()) {
    for (const { classId } of [...truths, ...detections]) {
      if (Number.isInteger(classId) && classId >= 0 && classId < classCount) continue;
      throw new RangeError(`image ${index} has a box of class id ${classId}; there are ${classCount} classes, from 0`);
    }
  }
}
