import { bootstrapAp50Difference, boundsOf } from '@assay/vision';
import type { Findings } from './findings.ts';
import { ofClasses } from './of-classes.ts';
import { groupCount, LEAST_GROUPS, resampling } from './resampling.ts';
import { defineRule, figure, type Outcome, percent, share } from './rule.ts';

/** Without a margin no model could be as good as another. */
const championLimits = { margin: share.gt(0), confidence: share };

/**
 * Not worse than the approved model on the same test parts, by a paired bootstrap over parts. Compared are the classes that
 * both know: of a class that is new, the other rules judge; one that only the champion knows nobody would look for
 * any more.
 */
export const champion = defineRule('champion', championLimits, (limits, findings): Outcome => {
  const { margin, confidence } = limits;
  if (findings.champion === undefined) {
    return { status: 'passed', reason: 'no model is approved yet: there is none to be worse than', numbers: {} };
  }
  const common = findings.names.flatMap((name, classId) =>
    findings.champion?.names.includes(name) && hasTruths(findings, classId) ? [classId] : [],
  );
  const version = findings.champion.modelPackageArn.split('/').at(-1);
  if (common.length === 0) {
    const reason = `the champion, version ${version}, knows no class of which the test split has a defect`;
    return { status: 'undecided', reason, numbers: { classes: 0 } };
  }
  const { test, names } = findings;
  const set = { results: ofClasses(test.results, common), groups: test.groups, classCount: names.length };
  const theirs = ofClasses(findings.champion.test.results, common);
  const difference = bootstrapAp50Difference(set, theirs, resampling());
  const { low, high } = boundsOf(difference, confidence);
  const parts = groupCount(findings.test);
  const numbers = { difference: difference.estimate, low, high, margin, parts, classes: common.length };
  const seen = `AP50 ${signed(difference.estimate)} against the champion, version ${version}`;
  const sure = `with ${percent(confidence)} confidence`;
  if (difference.estimate <= -margin) {
    return { status: 'failed', reason: `${seen}: worse by ${figure(margin)} or more`, numbers };
  }
  if (parts < LEAST_GROUPS) {
    const reason = `${seen}, of ${parts} parts: at least ${LEAST_GROUPS} are needed to tell them apart`;
    return { status: 'undecided', reason, numbers };
  }
  if (high < 0) return { status: 'failed', reason: `${seen}: worse ${sure}, by at least ${figure(-high)}`, numbers };
  const lost = findings.champion.names.filter((name) => !names.includes(name));
  if (lost.length > 0) {
    const reason = `the champion, version ${version}, finds ${lost.join(', ')}, which this data set has no class of: nothing would look for it any more`;
    return { status: 'undecided', reason, numbers };
  }
  if (low > -margin) {
    return { status: 'passed', reason: `${seen}: ${sure} not worse by as much as ${figure(margin)}`, numbers };
  }
  const reason = `${seen}: ${sure} anything from ${signed(low)} on, so the test split can't tell whether it is worse by ${figure(margin)}. More test parts would.`;
  return { status: 'undecided', reason, numbers };
});

function hasTruths({ test }: Findings, classId: number): boolean {
  return (test.precision.classes[classId]?.truths ?? 0) > 0;
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
