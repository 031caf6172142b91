import { clopperPearsonUpper } from '@assay/vision';
import type { MeasuredImage } from '../measurement.ts';
import type { Findings } from './findings.ts';
import { type PartVerdicts, partVerdicts, photographVerdicts } from './part-verdicts.ts';
import { defineRule, type Outcome, percent, type Rule, share } from './rule.ts';

/** More parts than anyone would label to prove a rate. */
const MOST_PARTS = 1_000_000;

/** What is counted against a budget, and how it is spoken of. */
interface Wrongs {
  readonly of: keyof PartVerdicts;
  /** Names of the figures. */
  readonly numbers: { readonly wrong: string; readonly parts: string };
  /** As in "2 of 100 <defective parts escaped>". */
  readonly happened: string;
  /** As in "the test split has no <defective part that could escape>". */
  readonly none: string;
  /** As in "12 more <defective ones of which none escapes> would do". */
  readonly more: string;
}

/**
 * A rule with a budget of wrong verdicts at the operating point, as a share of the parts, by Clopper and Pearson's one-sided
 * bounds on it.
 */
export function defineBudget(name: string, wrongs: Wrongs): Rule {
  // The confidence is that with which the true share is at most the rate, or above it.
  return defineRule(name, { rate: share, confidence: share }, (limits, findings) => decide(wrongs, limits, findings));
}

function decide(wrongs: Wrongs, limits: { rate: number; confidence: number }, findings: Findings): Outcome {
  const { rate, confidence } = limits;
  const { test, operatingPoint } = findings;
  const { count, of } = partVerdicts(test.images, isFailed)[wrongs.of];
  const counts = { [wrongs.numbers.wrong]: count, [wrongs.numbers.parts]: of };
  if (of === 0) {
    const numbers = { ...counts, low: null, high: null, rate, moreParts: null };
    return { status: 'undecided', reason: `the test split has no ${wrongs.none}`, numbers };
  }
  const high = clopperPearsonUpper(count, of, confidence);
  const low = 1 - clopperPearsonUpper(of - count, of, confidence);
  const needed = partsNeeded(count, of, limits);
  const moreParts = needed === undefined ? null : Math.max(0, needed - of);
  const numbers = { ...counts, low, high, rate, moreParts };
  const seen = `${count} of ${of} ${wrongs.happened}`;
  const sure = `with ${percent(confidence)} confidence`;
  if (low > rate) {
    return { status: 'failed', reason: `${seen}: at least ${percent(low)} ${sure}, ${percent(rate)} may`, numbers };
  }
  if (high > rate) {
    const remedy =
      moreParts === null
        ? 'No number of parts says so: set a rate above 0.'
        : `Not enough parts to say so: ${moreParts} more ${wrongs.more} would do.`;
    const reason = `${seen}: up to ${percent(high)} ${sure}, ${percent(rate)} may. ${remedy}`;
    return { status: 'undecided', reason, numbers };
  }
  if (operatingPoint.choice === 'unknown') {
    const reason = `${seen}, but validation has no defective part by which the threshold could be chosen: it is the trainer's own. Label more parts.`;
    return { status: 'undecided', reason, numbers };
  }
  // A group is one trial, however many parts were put together in it.
  const photographs = photographVerdicts(test.images, isFailed)[wrongs.of];
  if (photographs.count > rate * photographs.of) {
    const reason = `${seen}, but ${percent(photographs.count / photographs.of)} of their photographs did, ${percent(rate)} may: they are of a few groups of parts that share pixels or bursts`;
    return { status: 'undecided', reason, numbers };
  }
  return { status: 'passed', reason: `${seen}: at most ${percent(high)} ${sure}, ${percent(rate)} may`, numbers };
}

const isFailed = ({ inspection }: MeasuredImage) => inspection.verdict === 'fail';

/** The number of parts of which so few may be wrong; undefined where no number that anyone has is enough. */
function partsNeeded(count: number, of: number, limits: { rate: number; confidence: number }): number | undefined {
  const { rate, confidence } = limits;
  if (clopperPearsonUpper(count, MOST_PARTS, confidence) > rate) return undefined;
  let [low, high] = [of, MOST_PARTS];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (clopperPearsonUpper(count, middle, confidence) <= rate) high = middle;
    else low = middle + 1;
  }
  return low;
}
