import { AREA_RANGES } from '../coco/area-range.ts';
import { type ImageResult, isSought, match, resultOfClass } from '../coco/matching.ts';
import { RECALL_LEVELS } from '../coco/precision-recall.ts';

const IOU_50 = [0.5];

/** One class at IoU 0.5, matched and ranked once: what is left to do for each resample is to count. */
export interface RankedMatches {
  /** For each detection, the most confident first: which image it is in. */
  readonly images: Uint32Array;
  /** 1 where it found an object. */
  readonly hits: Uint8Array;
  /** How many objects of the class each image has. */
  readonly sought: Uint32Array;
}

export function rankedMatches(results: readonly ImageResult[], classId: number): RankedMatches {
  const sought = new Uint32Array(results.length);
  const matches = results.flatMap((result, image) => {
    const ofClass = resultOfClass(result, classId);
    sought[image] = ofClass.truths.filter((truth) => isSought(truth, AREA_RANGES.all)).length;
    return match(ofClass, IOU_50, AREA_RANGES.all)
      .filter(({ outcomes: [outcome] }) => outcome !== 'ignored')
      .map(({ confidence, outcomes: [outcome] }) => ({ confidence, image, hit: outcome === 'hit' }));
  });
  matches.sort((a, b) => b.confidence - a.confidence);
  return {
    images: Uint32Array.from(matches, ({ image }) => image),
    hits: Uint8Array.from(matches, ({ hit }) => Number(hit)),
    sought,
  };
}

/**
 * COCO's average precision at IoU 0.5 when each image counts as often as its weight says. The copies of a detection follow
 * one another: of those that are hits only the last is a corner of the curve, of those that miss none is.
 *
 * @returns undefined when the images that count have no object of the class
 */
export function weightedAp50({ images, hits, sought }: RankedMatches, weights: Uint32Array): number | undefined {
  let all = 0;
  for (let image = 0; image < sought.length; image++) all += sought[image]! * weights[image]!;
  if (all === 0) return undefined;

  const recalls: number[] = [];
  const precisions: number[] = [];
  let found = 0;
  let seen = 0;
  for (let i = 0; i < images.length; i++) {
    const weight = weights[images[i]!]!;
    seen += weight;
    if (weight === 0 || hits[i] === 0) continue;
    found += weight;
    recalls.push(found / all);
    precisions.push(found / seen);
  }

  let sum = 0;
  let best = 0;
  let corner = recalls.length - 1;
  for (let level = RECALL_LEVELS.length - 1; level >= 0; level--) {
    // Of all that reaches this recall the best.
    while (corner >= 0 && recalls[corner]! >= RECALL_LEVELS[level]!) best = Math.max(best, precisions[corner--]!);
    sum += best;
  }
  return sum / RECALL_LEVELS.length;
}
