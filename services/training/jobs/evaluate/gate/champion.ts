import { bootstrapAp50Difference, boundsOf, type ImageResult } from '@assay/vision';
import type { Findings, MeasuredChampion } from './findings.ts';
import { groupCount, LEAST_GROUPS, resampling } from './resampling.ts';
import { defineRule, figure, type Outcome, percent, share } from './rule.ts';

/**
 * Not worse than the approved model on the same test parts, by a paired bootstrap over parts. Compared are the classes that
 * both know: of a class that is new, the other rules judge.
 */
export const champion = defineRule('champion', { margin: share, confidence: share }, (limits, findings): Outcome => {
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
  const { ours, theirs } = comparable(findings, findings.champion, common);
  const set = { results: ours, groups: findings.test.groups, classCount: findings.names.length };
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
  if (low > -margin) {
    return { status: 'passed', reason: `${seen}: ${sure} not worse by as much as ${figure(margin)}`, numbers };
  }
  const reason = `${seen}: ${sure} anything from ${signed(low)} on, so the test split can't tell whether it is worse by ${figure(margin)}. More test parts would.`;
  return { status: 'undecided', reason, numbers };
});

/** Both models' results without the classes that only one of them knows. */
function comparable({ test }: Findings, { test: champions }: MeasuredChampion, classIds: readonly number[]) {
  const only = ({ truths, detections }: ImageResult): ImageResult => ({
    truths: truths.filter(({ classId }) => classIds.includes(classId)),
    detections: detections.filter(({ classId }) => classIds.includes(classId)),
  });
  return { ours: test.results.map(only), theirs: champions.results.map(only) };
}

function hasTruths({ test }: Findings, classId: number): boolean {
  return (test.precision.classes[classId]?.truths ?? 0) > 0;
}

const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(3)}`;
