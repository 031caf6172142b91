import { clopperPearsonUpper } from '@assay/vision';
import { z } from 'zod';
import { type PartCount, partVerdicts } from './part-verdicts.ts';
import { defineRule, percent, share } from './rule.ts';

/** More parts than anyone would label to prove a rate. */
const MOST_PARTS = 1_000_000;

/**
 * How many of the defective parts may pass; and what may be given for it, see `chooseOperatingPoint`.
 */
export const escapeLimits = {
  /** Share of the defective parts that may pass. */
  rate: share,
  /** With which the true share is at most the rate, or above it. */
  confidence: share,
  /** Share of good parts that may fail on validation, to keep within the rate there. */
  overkill: share,
};

export const escapeBudgetSchema = z.object(escapeLimits);

/** Clopper and Pearson's one-sided bounds on the share of defective parts that pass at the threshold. */
export const escapeBudget = defineRule('escape-budget', escapeLimits, ({ rate, confidence }, { test }) => {
  const { escaped, overkilled } = partVerdicts(test.images, ({ inspection }) => inspection.verdict === 'fail');
  const { count, of } = escaped;
  const counts = { escaped: count, defectiveParts: of, overkilled: overkilled.count, goodParts: overkilled.of };
  if (of === 0) {
    const numbers = { ...counts, low: null, high: null, rate, moreParts: null };
    return { status: 'undecided', reason: 'the test split has no defective part that could escape', numbers };
  }
  const high = clopperPearsonUpper(count, of, confidence);
  const low = 1 - clopperPearsonUpper(of - count, of, confidence);
  const needed = partsNeeded(escaped, rate, confidence);
  const moreParts = needed === undefined ? null : Math.max(0, needed - of);
  const numbers = { ...counts, low, high, rate, moreParts };
  const seen = `${count} of ${of} defective parts escaped`;
  const sure = `with ${percent(confidence)} confidence`;
  if (high <= rate) {
    return { status: 'passed', reason: `${seen}: at most ${percent(high)} ${sure}, ${percent(rate)} may`, numbers };
  }
  if (low > rate) {
    return { status: 'failed', reason: `${seen}: at least ${percent(low)} ${sure}, ${percent(rate)} may`, numbers };
  }
  const remedy =
    moreParts === null
      ? 'No number of parts says so: set a rate above 0.'
      : `Not enough parts to say so: ${moreParts} more defective ones of which none escapes would do.`;
  const reason = `${seen}: up to ${percent(high)} ${sure}, ${percent(rate)} may. ${remedy}`;
  return { status: 'undecided', reason, numbers };
});

/** The number of parts of which so few may escape; undefined where no number that anyone has is enough. */
function partsNeeded({ count, of }: PartCount, rate: number, confidence: number): number | undefined {
  if (clopperPearsonUpper(count, MOST_PARTS, confidence) > rate) return undefined;
  let [low, high] = [of, MOST_PARTS];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (clopperPearsonUpper(count, middle, confidence) <= rate) high = middle;
    else low = middle + 1;
  }
  return low;
}
