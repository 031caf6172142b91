import { type Detection, type LabelledBox, overlap } from '../box.ts';
import { type AreaRange, isWithin } from './area-range.ts';

/** What is really in an image. */
export interface Truth extends LabelledBox {
  /** A region of many that nobody marked one by one: what is found in it is neither right nor wrong. */
  readonly crowd?: boolean;
}

/** What is really in an image, and what the detector found there. */
export interface ImageResult {
  readonly truths: readonly Truth[];
  readonly detections: readonly Detection[];
}

/** COCO's `maxDets`: of each image and class only the most confident hundred count. */
export const MAXIMUM_DETECTIONS = 100;

/** What became of a detection. Ignored is what lies in a crowd or isn't of the size that is asked for. */
export type Outcome = 'hit' | 'miss' | 'ignored';

export interface ScoredMatch {
  readonly confidence: number;
  /** Its place among the image's detections of the class, from 0 for the most confident. */
  readonly rank: number;
  /** One for each IoU threshold asked for. */
  readonly outcomes: readonly Outcome[];
}

/** One class of one image. */
export interface ClassResult {
  readonly truths: readonly Truth[];
  /** The most confident first. */
  readonly detections: readonly Detection[];
  /** For each detection its overlap with each truth; with a crowd, the share of the detection that lies in it. */
  readonly overlaps: readonly (readonly number[])[];
}

export function resultOfClass(image: ImageResult, classId: number): ClassResult {
  const truths = image.truths.filter((truth) => truth.classId === classId);
  const detections = image.detections
    .filter((detection) => detection.classId === classId)
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, MAXIMUM_DETECTIONS);
  const overlaps = detections.map(({ box }) =>
    truths.map((truth) => {
      const { shared, union } = overlap(box, truth);
      return shared === 0 ? 0 : shared / (truth.crowd ? box.width * box.height : union);
    }),
  );
  return { truths, detections, overlaps };
}

/** Whether a truth has to be found when objects of this size are asked for. */
export function isSought(truth: Truth, range: AreaRange): boolean {
  return !truth.crowd && isWithin(range, truth);
}

/**
 * Pairs detections with truths as COCO's evaluation does: the most confident detection chooses first and takes the free
 * truth that it overlaps with most, if by at least the threshold; of truths that it overlaps with equally the last. Truths
 * that aren't sought are taken only where no sought one can be; a crowd is never used up.
 */
export function match(
  { truths, detections, overlaps }: ClassResult,
  thresholds: readonly number[],
  range: AreaRange,
): ScoredMatch[] {
  const candidates = truths
    .map((truth, index) => ({ index, crowd: truth.crowd === true, sought: isSought(truth, range) }))
    .sort((a, b) => Number(b.sought) - Number(a.sought));
  const byThreshold = thresholds.map((threshold) => matchAt(overlaps, candidates, threshold));
  return detections.map(({ confidence, box }, rank) => ({
    confidence,
    rank,
    outcomes: byThreshold.map((choices) => outcomeOf(choices[rank], isWithin(range, box))),
  }));
}

interface Candidate {
  /** Which truth. */
  readonly index: number;
  readonly crowd: boolean;
  readonly sought: boolean;
}

function outcomeOf(choice: Candidate | undefined, isOfSize: boolean): Outcome {
  if (choice) return choice.sought ? 'hit' : 'ignored';
  return isOfSize ? 'miss' : 'ignored';
}

/** @param candidates those that are sought first */
function matchAt(overlaps: ClassResult['overlaps'], candidates: readonly Candidate[], threshold: number) {
  const taken = new Set<Candidate>();
  return overlaps.map((row) => {
    let best = Math.min(threshold, 1 - 1e-10);
    let choice: Candidate | undefined;
    for (const candidate of candidates) {
      if (taken.has(candidate)) continue;
      if (choice?.sought && !candidate.sought) break;
      const found = row[candidate.index] ?? 0;
      if (found < best) continue;
      best = found;
      choice = candidate;
    }
    if (choice && !choice.crowd) taken.add(choice);
    return choice;
  });
}
