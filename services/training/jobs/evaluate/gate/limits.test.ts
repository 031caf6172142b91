import { describe, expect, it } from 'vitest';
import { outcomeOf, runScenario, strictGate } from '../testing/scenario.ts';
import { dirtBeside, type Mark, parts } from '../testing/shots.ts';

const known = (mark: Mark): Mark => ({ ...mark, green: 255 });
/** The strict gate with other limits of one rule. */
const gateWith = (rule: string, limits: object) =>
  strictGate.map((setting) => (setting.rule === rule ? { ...setting, ...limits } : setting));
/** Parts with dirt beside the defects of some of them, which a champion that reads green tells from defects. */
const dirtyAt = (isDirty: (defect: Mark, part: number) => boolean) =>
  parts('test', 150, (defect, part) =>
    isDirty(defect, part) ? [known(defect), dirtBeside(defect, 250)] : [known(defect)],
  );
const validation = parts('validation', 60, (defect) => [known(defect)]);

describe('the escape budget', () => {
  it('is exceeded when even the lower bound is above it', async () => {
    // Of 100 defective parts 34 are dim, of which validation shows none.
    const test = parts('test', 150, (defect, part) => [part % 9 < 3 ? { ...defect, brightness: 40 } : defect]);
    const outcome = outcomeOf(await runScenario({ test }), 'escape-budget');
    expect(outcome).toMatchObject({
      status: 'failed',
      numbers: { escaped: 34, defectiveParts: 100, moreParts: expect.any(Number) },
    });
    expect(outcome.reason).toMatch(
      /34 of 100 defective parts escaped: at least 26\.\d % with 95\.0 % confidence, 5\.0 % may/,
    );
  });

  it('of nothing at all can not be proven by any number of parts', async () => {
    const outcome = outcomeOf(await runScenario({ gate: gateWith('escape-budget', { rate: 0 }) }), 'escape-budget');
    expect(outcome).toMatchObject({ status: 'undecided', numbers: { escaped: 0, moreParts: null } });
    expect(outcome.reason).toContain('set a rate above 0');
  });
});

describe('the champion', () => {
  it('stays when it is better with confidence, though by less than the margin', async () => {
    const test = dirtyAt((_, part) => part % 9 === 0);
    const result = await runScenario({
      validation,
      test,
      champion: { readsGreen: true },
      gate: gateWith('champion', { margin: 0.5 }),
    });
    expect(outcomeOf(result, 'champion')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/worse with 95\.0 % confidence, by at least 0\.\d+/),
    });
  });
});

describe('the classes', () => {
  it('may not fall behind the champion one by one, though the mean hardly does', async () => {
    const test = dirtyAt(({ classId }, part) => classId === 1 && part % 3 === 1);
    const result = await runScenario({
      validation,
      test,
      champion: { readsGreen: true },
      gate: gateWith('classes', { floor: 0.4, drop: 0.2 }),
    });
    expect(outcomeOf(result, 'classes')).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^AP50 of blue fell from the champion's 1\.000 to 0\.\d+$/),
    });
  });
});

describe('the latency', () => {
  it.each(['median', 'p99'])('has to keep its %s', async (figure) => {
    const result = await runScenario({ gate: gateWith('latency', { [figure]: 0.0001 }) });
    expect(outcomeOf(result, 'latency')).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('too slow'),
    });
  });
});
