import type { MeasuredImage } from '../measurement.ts';

/** Parts with a wrong verdict, of so many. */
export interface PartCount {
  readonly count: number;
  readonly of: number;
}

export interface PartVerdicts {
  /** Defective parts of which a photograph that shows a defect was passed. */
  readonly escaped: PartCount;
  /** Parts without a defect on any photograph of which one was failed. */
  readonly overkilled: PartCount;
}

/**
 * Counts parts and not photographs: those of one part fail or pass together, and an interval that took each for a trial
 * of its own would promise too much. One wrong photograph makes a part wrong. A photograph of a defective part that shows
 * nothing of the defect may get either verdict.
 *
 * @param isFailed the verdict on an image
 */
export function partVerdicts(
  images: readonly MeasuredImage[],
  isFailed: (image: MeasuredImage) => boolean,
): PartVerdicts {
  return verdicts(images, isFailed, (counted) => groupsOf(counted).size);
}

/** The same by photographs: what the parts' count doesn't tell is how many of them a wrong part has. */
export function photographVerdicts(
  images: readonly MeasuredImage[],
  isFailed: (image: MeasuredImage) => boolean,
): PartVerdicts {
  return verdicts(images, isFailed, (counted) => counted.length);
}

function verdicts(
  images: readonly MeasuredImage[],
  isFailed: (image: MeasuredImage) => boolean,
  count: (images: readonly MeasuredImage[]) => number,
): PartVerdicts {
  const { shown, good } = sidesOf(images);
  return {
    escaped: { count: count(shown.filter((image) => !isFailed(image))), of: count(shown) },
    overkilled: { count: count(good.filter(isFailed)), of: count(good) },
  };
}

/** By which a part's verdict is decided at any threshold. */
export interface DecisiveConfidences {
  /** Of each defective part the lowest of its photographs that show a defect: at a threshold above it the part escapes. */
  readonly defective: readonly number[];
  /** Of each good part the highest: at a threshold up to it the part is overkilled. */
  readonly good: readonly number[];
}

/** @param confidenceOf of the surest detection on an image */
export function decisiveConfidences(
  images: readonly MeasuredImage[],
  confidenceOf: (image: MeasuredImage) => number,
): DecisiveConfidences {
  const { shown, good } = sidesOf(images);
  const ofParts = (side: readonly MeasuredImage[], decide: (...confidences: number[]) => number) =>
    [...Map.groupBy(side, ({ group }) => group).values()].map((part) => decide(...part.map(confidenceOf)));
  return { defective: ofParts(shown, Math.min), good: ofParts(good, Math.max) };
}

/** Photographs that show a defect, and all of parts of which none does. */
function sidesOf(images: readonly MeasuredImage[]) {
  const shown = images.filter(({ truths }) => truths.length > 0);
  const defective = groupsOf(shown);
  return { shown, good: images.filter(({ group }) => !defective.has(group)) };
}

/** How many parts have a defect of a class. */
export function partsWith(images: readonly MeasuredImage[], classId: number): number {
  return groupsOf(images.filter(({ truths }) => truths.some((truth) => truth.classId === classId))).size;
}

const groupsOf = (images: readonly MeasuredImage[]) => new Set(images.map(({ group }) => group));
