import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Evaluated, outcomeOf, runScenario, type Scenario, snapshot } from './testing/scenario.ts';
import type { Mark, Shot } from './testing/shots.ts';

/** A photograph with one mark in its upper left cell, or none. */
function shot(id: string, mark?: Partial<Mark>, labels?: string): Shot {
  const whole: Mark = { classId: 0, cell: 0, brightness: 255, isDefect: true, ...mark };
  return { id, group: id, marks: mark === undefined ? [] : [whole], ...(labels !== undefined && { labels }) };
}

/** Asks for nothing: what is measured is the question here. */
const openGate = [
  { rule: 'escape-budget', rate: 0.02, confidence: 0.95, undecided: 'show' },
  { rule: 'overkill-budget', rate: 0.2, confidence: 0.95, undecided: 'show' },
];
/** By which the threshold is chosen: the defect's confidence is 0.5, and nothing else is in sight. */
const validation = [shot('v', { brightness: 255 }), shot('w')];

const run = (scenario: Scenario): Promise<Evaluated> => runScenario({ gate: openGate, validation, ...scenario });

const figures = z.looseObject({
  metrics: z.looseObject({ map50: z.object({ value: z.number() }) }),
  verdicts: z.looseObject({}),
  classes: z.array(z.looseObject({ className: z.string(), ap50: z.number().nullable() })),
});

describe('evaluate', () => {
  it('measures a model that finds everything', async () => {
    const { evaluation } = await run({
      test: [shot('a', { classId: 0 }), shot('b', { classId: 1 }), shot('c')],
    });
    expect(evaluation).toMatchObject({
      metrics: { map: { value: 1 }, map50: { value: 1 }, map75: { value: 1 } },
      images: 3,
      truths: 2,
      coco: { ap: 1, apSmall: 1, apLarge: null, ar100: 1 },
      verdicts: { escaped: { count: 0, of: 2 }, overkilled: { count: 0, of: 1 } },
      parts: { escaped: { count: 0, of: 2 }, overkilled: { count: 0, of: 1 } },
      snapshot,
      metadata: { snapshotSha256: snapshot.sha256, map50: '1.0000', refusal: 'none' },
    });
    expect(figures.parse(evaluation).classes.map(({ className, ap50 }) => [className, ap50])).toEqual([
      ['red', 1],
      ['blue', 1],
    ]);
  });

  it('counts defects that escape and good parts that fail, by the verdict at the threshold', async () => {
    // Below the threshold a defect is passed, yet for the precision over all recalls it was found.
    const { evaluation } = await run({
      test: [shot('a', { brightness: 96 }), shot('b', { isDefect: false })],
    });
    // One of one: with 95 % confidence the true rate is somewhere between 2.5 and 100 %.
    const all = { count: 1, of: 1, rate: { value: 1, low: expect.closeTo(0.025, 9), high: 1 } };
    const { verdicts, metrics, classes } = figures.parse(evaluation);
    expect(verdicts).toEqual({ escaped: all, overkilled: all });
    // The false alarm is the more confident of the two: precision 1/2 at every recall.
    expect(metrics.map50.value).toBeCloseTo(0.5, 9);
    expect(classes[1]).toMatchObject({ className: 'blue', truths: 0, ap50: null });
  });

  it('writes the model that goes to the line with the threshold that was chosen on validation', async () => {
    const dim = [shot('v', { brightness: 102 }), shot('w', { brightness: 51, isDefect: false })];
    const { final, evaluation } = await run({
      validation: dim,
      test: [shot('a', {}), shot('b', { brightness: 51, isDefect: false })],
    });
    // Half-way between the dirt's confidence of 0.2 and the defect's of 0.4.
    expect(final.manifest.thresholds).toEqual({ confidence: 0.3, iou: 0.5 });
    expect(final.manifest.snapshot).toEqual(snapshot);
    expect(evaluation).toMatchObject({
      thresholds: final.manifest.thresholds,
      model: { sha256: final.manifest.sha256, archiveSha256: evaluation.metadata.modelSha256 },
      verdicts: { escaped: { count: 0 }, overkilled: { count: 0 } },
    });
  });

  it('writes the same bytes for the same input, but for times', async () => {
    const [first, second] = [await run({}), await run({})];
    expect(second.evaluation.metadata).toEqual(first.evaluation.metadata);
    expect(second.evaluation.gate).toEqual(first.evaluation.gate);
  });

  it('refuses a test split without a defect, since it measures nothing', async () => {
    await expect(run({ test: [shot('a')] })).rejects.toThrow('None of the 1 test images has a defect');
  });

  it('refuses a model of other classes', async () => {
    await expect(run({ names: ['scratch', 'blue'] })).rejects.toThrow('classes are red, blue, the test set');
    await expect(run({ names: ['red', 'blue', 'dent'] })).rejects.toThrow("the test set's red, blue, dent");
  });

  it('says of a broken champion that it is the champion', async () => {
    const broken = (championManifest: Scenario['championManifest']) =>
      run({ test: validation, champion: {}, championManifest });
    const named = /^Of the champion arn:aws:sagemaker:.*\/7: .* reject its package/;
    await expect(broken({ sha256: 'a'.repeat(64) })).rejects.toThrow(named);
    await expect(broken({ imageSize: { width: 0, height: 32 } })).rejects.toThrow(named);
  });

  it('takes a box that was marked twice for one', async () => {
    const marked = shot('twice', { cell: 0 }, '0 0.125 0.125 0.25 0.25\n0 0.125 0.125 0.25 0.25\n');
    const { evaluation } = await run({ test: [marked] });
    expect(evaluation).toMatchObject({ truths: 1, metrics: { map50: { value: 1 } } });
  });

  it('names a label that it can not read', async () => {
    await expect(run({ test: [shot('a', {}, '0 0.5 x 1 1\n')] })).rejects.toThrow('"0 0.5 x 1 1"');
  });

  it('says which rules this gate does not ask for', async () => {
    const result = await run({});
    expect(outcomeOf(result, 'escape-budget')).toMatchObject({ status: 'undecided', refuses: false });
    expect(result.evaluation.gate.notAsked).toContain('no-leak');
    expect(result.evaluation.gate.notAsked).not.toContain('escape-budget');
  });
});
