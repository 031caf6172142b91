import { meanOf } from '../mean.ts';
import { AREA_RANGES } from './area-range.ts';
import { type ImageResult, MAXIMUM_DETECTIONS, resultOfClass } from './matching.ts';
import { type ClassCurves, curvesOf, IOU_THRESHOLDS, type PrecisionRecallCurve } from './precision-recall.ts';

/** What COCO reports, from 0 to 1. Undefined is what has no object to be measured on. */
export interface CocoFigures {
  /** Average precision: mean over `IOU_THRESHOLDS`. */
  readonly ap: number | undefined;
  readonly ap50: number | undefined;
  readonly ap75: number | undefined;
  /** By the size of the objects, see `AREA_RANGES`. */
  readonly apSmall: number | undefined;
  readonly apMedium: number | undefined;
  readonly apLarge: number | undefined;
  /** Average recall with one detection an image and class: mean over `IOU_THRESHOLDS`. */
  readonly ar1: number | undefined;
  readonly ar10: number | undefined;
  readonly ar100: number | undefined;
  readonly arSmall: number | undefined;
  readonly arMedium: number | undefined;
  readonly arLarge: number | undefined;
}

export interface ClassFigures extends CocoFigures {
  readonly classId: number;
  /** Objects to find, crowds not counted. */
  readonly truths: number;
  readonly detections: number;
  /** Share of the objects that were found at all, at IoU 0.5. */
  readonly recall50: number | undefined;
  /** For objects of all sizes, one for each of `IOU_THRESHOLDS`; none when no object is of this class. */
  readonly curves: readonly PrecisionRecallCurve[];
}

/** Figures over all classes are means over those that have the figure. */
export interface CocoEvaluation extends CocoFigures {
  /** By class id, from 0. */
  readonly classes: readonly ClassFigures[];
}

/**
 * COCO's evaluation of bounding boxes: precision at 101 recall levels over IoU thresholds 0.5 to 0.95, at most 100
 * detections an image and class.
 *
 * @param images in a fixed order: it decides between detections of equal confidence
 * @param classCount class ids run from 0 to one below this
 * @throws RangeError when a truth or a detection has another class id
 * @see pycocotools `cocoeval.py`, whose figures these are, an object's area being its box's
 */
export function evaluateDetections(images: readonly ImageResult[], classCount: number): CocoEvaluation {
  checkClassIds(images, classCount);
  const classes = Array.from({ length: classCount }, (_, classId) => classFigures(images, classId));
  const over = (name: keyof CocoFigures) => meanOf(classes.map((figures) => figures[name]));
  return {
    ap: over('ap'),
    ap50: over('ap50'),
    ap75: over('ap75'),
    apSmall: over('apSmall'),
    apMedium: over('apMedium'),
    apLarge: over('apLarge'),
    ar1: over('ar1'),
    ar10: over('ar10'),
    ar100: over('ar100'),
    arSmall: over('arSmall'),
    arMedium: over('arMedium'),
    arLarge: over('arLarge'),
    classes,
  };
}

function classFigures(images: readonly ImageResult[], classId: number): ClassFigures {
  const results = images.map((image) => resultOfClass(image, classId));
  const all = curvesOf(results, AREA_RANGES.all);
  const small = curvesOf(results, AREA_RANGES.small);
  const medium = curvesOf(results, AREA_RANGES.medium);
  const large = curvesOf(results, AREA_RANGES.large);
  const [at50, , , , , at75] = all.curves;
  return {
    classId,
    truths: all.sought,
    detections: results.reduce((sum, { detections }) => sum + detections.length, 0),
    recall50: all.sought === 0 ? undefined : all.recall(MAXIMUM_DETECTIONS, 0),
    curves: all.curves,
    ap: averagePrecision(all),
    ap50: meanOf(at50?.precision ?? []),
    ap75: meanOf(at75?.precision ?? []),
    apSmall: averagePrecision(small),
    apMedium: averagePrecision(medium),
    apLarge: averagePrecision(large),
    ar1: averageRecall(all, 1),
    ar10: averageRecall(all, 10),
    ar100: averageRecall(all, MAXIMUM_DETECTIONS),
    arSmall: averageRecall(small, MAXIMUM_DETECTIONS),
    arMedium: averageRecall(medium, MAXIMUM_DETECTIONS),
    arLarge: averageRecall(large, MAXIMUM_DETECTIONS),
  };
}

const averagePrecision = ({ curves }: ClassCurves): number | undefined =>
  meanOf(curves.flatMap(({ precision }) => precision));

const averageRecall = ({ sought, recall }: ClassCurves, detections: number): number | undefined =>
  sought === 0 ? undefined : meanOf(IOU_THRESHOLDS.map((_, threshold) => recall(detections, threshold)));

function checkClassIds(images: readonly ImageResult[], classCount: number): void {
  for (const [index, { truths, detections }] of images.entries()) {
    for (const { classId } of [...truths, ...detections]) {
      if (Number.isInteger(classId) && classId >= 0 && classId < classCount) continue;
      throw new RangeError(`image ${index} has a box of class id ${classId}; there are ${classCount} classes, from 0`);
    }
  }
}
