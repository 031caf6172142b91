import { boundsOf } from '@assay/vision';
import type { Measurement } from '../measurement.ts';
import { ofClasses } from './of-classes.ts';
import { ap50Of, groupCount, LEAST_GROUPS, resampling } from './resampling.ts';
import { defineRule, figure, percent, share } from './rule.ts';

/**
 * A model that is better on the test split than on the validation split, by more than the choice of parts explains, knows
 * the test split. (The other way round is to be expected: the threshold and the checkpoint were chosen on validation.)
 * Compared are the classes that both splits show: one is easier than another.
 */
export const memorised = defineRule('memorised', { confidence: share }, ({ confidence }, { test, validation }) => {
  const parts = { testParts: groupCount(test), validationParts: groupCount(validation) };
  const common = shownIn(test).filter((classId) => shownIn(validation).includes(classId));
  if (common.length === 0) {
    const numbers = { ...parts, classes: 0, difference: null, low: null };
    return { status: 'undecided', reason: 'validation and test show no class both', numbers };
  }
  const settings = resampling();
  const onCommon = (side: Measurement) => ap50Of({ ...side, results: ofClasses(side.results, common) }, settings);
  const [ours, theirs] = [onCommon(test), onCommon(validation)];
  const difference = {
    estimate: ours.estimate - theirs.estimate,
    resampled: ours.resampled.map((value, index) => value - (theirs.resampled[index] ?? 0)),
  };
  const { low } = boundsOf(difference, confidence);
  const numbers = { ...parts, classes: common.length, difference: difference.estimate, low };
  const figures = `AP50 ${figure(ours.estimate)} on test, ${figure(theirs.estimate)} on validation`;
  if (Math.min(parts.testParts, parts.validationParts) < LEAST_GROUPS) {
    const reason = `${figures}: of ${parts.testParts} and ${parts.validationParts} parts, ${LEAST_GROUPS} of each are needed to tell chance from knowledge`;
    return { status: 'undecided', reason, numbers };
  }
  if (low > 0) {
    const reason = `${figures}: better on test by at least ${figure(low)} with ${percent(confidence)} confidence, which the choice of parts doesn't explain. The model has seen the test split.`;
    return { status: 'failed', reason, numbers };
  }
  return { status: 'passed', reason: `${figures}: no better on test than chance allows`, numbers };
});

/** Ids of the classes of which a split has a defect. */
function shownIn({ precision }: Measurement): number[] {
  return precision.classes.filter(({ truths }) => truths > 0).map(({ classId }) => classId);
}
