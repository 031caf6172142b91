import type { Confusion } from '@assay/vision';
import type { Findings } from './findings.ts';
import { defineRule, figure, share } from './rule.ts';

/** No class collapsed behind a good mean, and none goes by the name of another. */
export const classes = defineRule('classes', { floor: share, drop: share }, ({ floor, drop }, findings) => {
  const { names, test } = findings;
  const figures = test.precision.classes.map(({ classId, ap50 }) => ({
    name: names[classId] ?? String(classId),
    ap50,
    champion: championAp50(findings, classId),
  }));
  const numbers = Object.fromEntries(figures.map(({ name, ap50 }) => [name, ap50 ?? null]));
  const swapped = swappedPairs(findings.confusion).map(
    ([a, b]) => `${names[a] ?? a} is called ${names[b] ?? b}, and ${names[b] ?? b} ${names[a] ?? a}`,
  );
  const collapsed = figures.flatMap(({ name, ap50, champion }) => {
    if (ap50 === undefined) return [];
    if (ap50 < floor) return [`AP50 of ${name} is ${figure(ap50)}, at least ${figure(floor)} is asked for`];
    if (champion !== undefined && ap50 < champion - drop)
      return [`AP50 of ${name} fell from the champion's ${figure(champion)} to ${figure(ap50)}`];
    return [];
  });
  if (swapped.length > 0) {
    const reason = `classes are swapped: ${swapped.join('; ')}. The order of the names in training isn't that of the labels.`;
    return { status: 'failed', reason, numbers };
  }
  if (collapsed.length > 0) return { status: 'failed', reason: collapsed.join('; '), numbers };
  const unknown = figures.filter(({ ap50 }) => ap50 === undefined).map(({ name }) => name);
  if (unknown.length > 0) {
    const reason = `the test split has no defect of class ${unknown.join(', ')}: nothing is known of it`;
    return { status: 'undecided', reason, numbers };
  }
  const [worst] = figures.toSorted((a, b) => (a.ap50 ?? 0) - (b.ap50 ?? 0));
  return {
    status: 'passed',
    reason: `the worst class is ${worst?.name} with AP50 ${figure(worst?.ap50 ?? 0)}`,
    numbers,
  };
});

function championAp50({ names, champion }: Findings, classId: number): number | undefined {
  if (champion === undefined || !champion.names.includes(names[classId] ?? '')) return undefined;
  return champion.test.precision.classes[classId]?.ap50;
}

/** Pairs of classes each of which is called the other more often than itself. */
function swappedPairs({ counts }: Confusion): [number, number][] {
  const called = (truth: number, found: number) => counts[truth]?.[found] ?? 0;
  return counts.flatMap((_, a) =>
    counts.flatMap((_, b): [number, number][] =>
      a < b && called(a, b) > called(a, a) && called(b, a) > called(b, b) ? [[a, b]] : [],
    ),
  );
}
