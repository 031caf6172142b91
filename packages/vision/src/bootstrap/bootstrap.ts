import type { Interval } from '../binomial.ts';
import type { ImageResult } from '../coco/matching.ts';
import { normalQuantile, normalShare } from './normal.ts';
import { rankedMatches, weightedAp50 } from './ranked-matches.ts';
import { groupResampler } from './resampling.ts';

export interface BootstrapSettings {
  readonly resamples: number;
  /** Uniform numbers from 0 to below 1. */
  readonly random: () => number;
}

/** A figure, and what it might as well have been, had other parts come to be photographed. */
export interface Bootstrapped {
  /** On the images as they are. */
  readonly estimate: number;
  /** On each resample, in the order of drawing. */
  readonly resampled: Float64Array;
}

/** What is bootstrapped: a detector's results on a set of images. */
export interface MeasuredSet {
  readonly results: readonly ImageResult[];
  /** Which images belong together, a name an image: photographs of one part tell little more than one of them. */
  readonly groups: readonly string[];
  readonly classCount: number;
}

/**
 * AP50 with its bootstrap distribution over groups of images, each resample as many groups as there are, drawn with
 * replacement. A class that no image of a resample shows is left out of its mean.
 *
 * With few groups the distribution is narrower than it should be (a perfect score has no width at all): ask for a number of
 * groups beforehand.
 *
 * @throws RangeError when no image has an object
 * @see Efron and Tibshirani, "An Introduction to the Bootstrap", chapters 8 and 13
 */
export function bootstrapAp50({ results, groups, classCount }: MeasuredSet, settings: BootstrapSettings): Bootstrapped {
  const [bootstrapped] = bootstrapTogether([results], groups, classCount, settings);
  return bootstrapped!;
}

/**
 * AP50 of a detector less that of another on the same images, with the bootstrap distribution of the difference: both are
 * measured on each resample, so that what is hard for both doesn't blur what sets them apart.
 *
 * @param challenger the first detector
 * @param champion the other one's results, on the same images in the same order
 */
export function bootstrapAp50Difference(
  challenger: MeasuredSet,
  champion: readonly ImageResult[],
  settings: BootstrapSettings,
): Bootstrapped {
  const { results, groups, classCount } = challenger;
  const [ours, theirs] = bootstrapTogether([results, champion], groups, classCount, settings);
  return {
    estimate: ours!.estimate - theirs!.estimate,
    resampled: ours!.resampled.map((value, resample) => value - theirs!.resampled[resample]!),
  };
}

/**
 * The bounds between which the figure lies, by Efron's bias-corrected percentiles: average precision looks better on fewer
 * parts, on a resample as on any small set, and plain percentiles would pass that on. On simulated detectors a lower bound at
 * 95 % is too high in 11 % of sets of 30 groups, 8 % of 80 and 6 % of 200 (plain percentiles: 11, 11 and 8 %); where
 * confidences say nothing in 22, 19 and 14 % (38 to 44 %). So it promises a little too much, the more so the fewer groups.
 *
 * @param confidence of each bound by itself, such as 0.95: 0.9 for both together
 * @see Efron and Tibshirani, "An Introduction to the Bootstrap", 14.3
 */
export function boundsOf({ estimate, resampled }: Bootstrapped, confidence: number): Interval {
  const ordered = resampled.toSorted();
  const below = ordered.reduce((sum, value) => sum + (value < estimate ? 1 : value === estimate ? 0.5 : 0), 0);
  // Without a resample on one side the correction would be infinite.
  const share = Math.min(1 - 0.5 / ordered.length, Math.max(0.5 / ordered.length, below / ordered.length));
  const correction = 2 * normalQuantile(share);
  const deviation = normalQuantile(confidence);
  return {
    low: quantile(ordered, normalShare(correction - deviation)),
    high: quantile(ordered, normalShare(correction + deviation)),
  };
}

/** @param ordered rising */
function quantile(ordered: Float64Array, share: number): number {
  const place = share * (ordered.length - 1);
  const [below, above] = [ordered[Math.floor(place)]!, ordered[Math.ceil(place)]!];
  return below + (place - Math.floor(place)) * (above - below);
}

function bootstrapTogether(
  detectors: readonly (readonly ImageResult[])[],
  groups: readonly string[],
  classCount: number,
  { resamples, random }: BootstrapSettings,
): Bootstrapped[] {
  const ranked = detectors.map((results) => {
    if (results.length !== groups.length) {
      throw new RangeError(`there are results of ${results.length} images and groups of ${groups.length}`);
    }
    return Array.from({ length: classCount }, (_, classId) => rankedMatches(results, classId));
  });
  const measure = (weights: Uint32Array) =>
    ranked.map((classes) => {
      const known = classes.map((matches) => weightedAp50(matches, weights)).filter((ap) => ap !== undefined);
      return known.reduce((sum, ap) => sum + ap, 0) / known.length;
    });

  const estimates = measure(new Uint32Array(groups.length).fill(1));
  if (estimates.some(Number.isNaN)) throw new RangeError('no image has an object: there is nothing to measure');
  const resampled = detectors.map(() => new Float64Array(resamples));
  const draw = groupResampler(groups, random);
  for (let resample = 0; resample < resamples; ) {
    const measured = measure(draw());
    // None of the drawn groups has an object, which says nothing of any detector: drawn again.
    if (measured.some(Number.isNaN)) continue;
    for (const [detector, value] of measured.entries()) resampled[detector]![resample] = value;
    resample++;
  }
  return estimates.map((estimate, detector) => ({ estimate, resampled: resampled[detector]! }));
}
