import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { outcomeOf, refusals, runScenario, type Scenario } from '../testing/scenario.ts';
import { parts } from '../testing/shots.ts';

const chosen = z.looseObject({
  precision: z.object({
    precision: z.string(),
    reason: z.string(),
    numbers: z.record(z.string(), z.number().nullable()),
  }),
});

async function choose(scenario: Scenario) {
  const result = await runScenario(scenario);
  return { ...result, choice: chosen.parse(result.evaluation).precision };
}

/** Half of the defects are at 0.41, below the 0.5 of the trainer's own threshold; what reads green sees them at 0.24. */
const faint = (split: string, count: number) =>
  parts(split, count, (defect, part) => [
    part % 2 === 0 ? { ...defect, green: 255 } : { ...defect, brightness: 105, green: 150 },
  ]);

describe('INT8', () => {
  it('goes to the line when it is as good on validation, and faster', async () => {
    const result = await choose({ int8: { gain: 0.99 }, milliseconds: [10, 6] });
    expect(result.choice).toMatchObject({
      precision: 'int8',
      reason: expect.stringContaining('INT8 is as good and faster: 6.0 ms an image in INT8 and 10.0 in float'),
      numbers: { floatAp50: 1, int8Ap50: 1, agreement: 1 },
    });
    expect(result.final.manifest.precision).toBe('int8');
    // It is what was measured, and what the gate holds against the trainer's own answers.
    expect(refusals(result)).toEqual([]);
    expect(outcomeOf(result, 'export-parity').numbers).toMatchObject({ precisionAgreement: 1, inspectorAgreement: 1 });
  });

  it.each<[string, Scenario, string]>([
    ['it scores nothing', { int8: { gain: 0 } }, 'INT8 loses too much: AP50 0.000 in INT8 and 1.000 in float'],
    ['it loses more than a point', { int8: { bias: 0.72 } }, 'INT8 loses too much'],
    ['it is as good by AP50, but its scores are others', { int8: { gain: 0.7 } }, 'INT8 agrees with float on'],
    [
      'it differs where the operating point is, which is below the trainer’s threshold',
      { validation: faint('validation', 60), test: faint('test', 150), int8: { readsGreen: true } },
      'INT8 agrees with float on',
    ],
    ['it is no faster', { int8: {}, milliseconds: [10, 9.5] }, "INT8 isn't faster on this machine: 9.5 ms"],
    ['the trainer’s model is INT8 already', { int8: {}, manifest: { precision: 'int8' } }, 'the trainer exported INT8'],
  ])('stays away when %s', async (_, scenario, reason) => {
    const { choice, final, evaluation } = await choose(scenario);
    expect(choice.reason).toContain(reason);
    expect(choice.precision).toBe(scenario.manifest?.precision ?? 'float32');
    expect(final.manifest.precision).toBe(scenario.manifest?.precision);
    expect(evaluation.gate.verdict).toBe('passed');
  });
});
