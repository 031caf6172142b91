import { decisiveConfidences, type PartVerdicts } from './gate/part-verdicts.ts';
import { FLOOR, type MeasuredImage } from './measurement.ts';

/** What is asked of the threshold on the validation split; shares of parts. */
export interface OperatingLimits {
  /** Defective parts that may pass. */
  readonly escapes: number;
  /** Good parts that may fail for it: a line that fails every part lets none escape. */
  readonly overkills: number;
}

export interface OperatingPoint {
  /** Confidence from which on a detection fails a part. */
  readonly confidence: number;
  /**
   * `within`: keeps the limits on validation. `trade-off`: no threshold does. `unknown`: there was nothing to choose by,
   * and the trainer's threshold is kept.
   */
  readonly choice: 'within' | 'trade-off' | 'unknown';
  /** What it makes of the validation split. */
  readonly validation: PartVerdicts;
}

/** A threshold comes below this only where parts are told apart there: a device looks no further down for any other. */
const USUAL_LEAST = 0.02;
const DECIMALS = 1e4;

interface Cut extends PartVerdicts {
  /** Thresholds above `low` up to `high` give these verdicts. */
  readonly low: number;
  readonly high: number;
}

/**
 * Chooses the threshold on the validation split. Of the thresholds that keep both limits, those with the fewest overkills
 * are taken; of these, which are a range, the middle: as far from the parts on one side as from those on the other. When
 * none keeps both, those with the lowest sum of escape and overkill rate are taken, of these the ones with the fewest
 * escapes, and again the middle.
 *
 * @param images of the validation split; their candidates reach down to the inspector's floor
 * @param trainers the trainer's own threshold, for a split without a defective part
 */
export function chooseOperatingPoint(
  images: readonly MeasuredImage[],
  { escapes, overkills }: OperatingLimits,
  trainers: number,
): OperatingPoint {
  const { defective, good } = decisiveConfidences(images, confidenceOf);
  const at = (threshold: number): PartVerdicts => ({
    escaped: { count: defective.filter((confidence) => confidence < threshold).length, of: defective.length },
    overkilled: { count: good.filter((confidence) => confidence >= threshold).length, of: good.length },
  });
  if (defective.length === 0) {
    return { confidence: trainers, choice: 'unknown', validation: at(trainers) };
  }
  const cuts = cutsOf(images, at);
  const within = cuts.filter((cut) => shareOf(cut.escaped) <= escapes && shareOf(cut.overkilled) <= overkills);
  const best =
    within.length > 0
      ? lowest(within, ({ overkilled }) => overkilled.count)
      : lowest(
          lowest(cuts, (cut) => shareOf(cut.escaped) + shareOf(cut.overkilled)),
          ({ escaped }) => escaped.count,
        );
  const confidence = middleOf(best);
  return { confidence, choice: within.length > 0 ? 'within' : 'trade-off', validation: at(confidence) };
}

/** Between two images' confidences every threshold gives the same verdicts. */
function cutsOf(images: readonly MeasuredImage[], at: (confidence: number) => PartVerdicts): Cut[] {
  const confidences = [...new Set([...images.map(confidenceOf), 1])]
    .filter((confidence) => confidence > FLOOR)
    .sort((a, b) => a - b);
  const least = (confidences[0] ?? 1) > USUAL_LEAST ? USUAL_LEAST : FLOOR;
  return confidences.map((high, index) => ({ low: confidences[index - 1] ?? least, high, ...at(high) }));
}

/** All cuts with the least of something. */
function lowest(cuts: readonly Cut[], of: (cut: Cut) => number): Cut[] {
  const least = Math.min(...cuts.map(of));
  return cuts.filter((cut) => of(cut) === least);
}

/** @param cuts next to each other, rising */
function middleOf(cuts: readonly Cut[]): number {
  const [low, high] = [cuts[0]?.low ?? 0, cuts.at(-1)?.high ?? 1];
  const middle = (low + high) / 2;
  const rounded = Math.round(middle * DECIMALS) / DECIMALS;
  return rounded > low && rounded <= high ? rounded : middle;
}

const confidenceOf = ({ inspection }: MeasuredImage): number => inspection.candidates[0]?.confidence ?? 0;

const shareOf = ({ count, of }: { count: number; of: number }): number => (of === 0 ? 0 : count / of);
