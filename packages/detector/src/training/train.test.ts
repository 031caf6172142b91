import { beforeAll, describe, expect, it } from 'vitest';
import { squares, tinySettings } from '../testing/squares.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type TrainingOutcome, train } from './train.ts';
import type { Measurement, TrainingInput } from './training-input.ts';
import type { StepReport } from './worker-protocol.ts';

const input: TrainingInput = { settings: tinySettings, training: squares(24, 1), validation: squares(8, 2) };

/** Runs and keeps every checkpoint. */
async function trainWithCheckpoints(more: Partial<TrainingInput>) {
  const checkpoints: Checkpoint[] = [];
  const outcome = await train({
    ...input,
    saveCheckpoint: async (checkpoint) => {
      checkpoints.push(checkpoint);
    },
    ...more,
  });
  return { outcome, checkpoints };
}

describe('training', () => {
  let whole: TrainingOutcome;
  let checkpoints: readonly Checkpoint[];

  beforeAll(async () => {
    ({ outcome: whole, checkpoints } = await trainWithCheckpoints({}));
  });

  it('learns to find and to tell apart simple objects', async () => {
    const optimizer = { ...tinySettings.optimizer, learningRate: 0.01, warmupSteps: 20, averageDecay: 0.97 };
    const settings = {
      ...tinySettings,
      steps: 240,
      batchPerWorker: 4,
      validateEvery: 80,
      checkpointEvery: 240,
      optimizer,
    };
    const outcome = await train({ ...input, settings, training: squares(96, 3), validation: squares(32, 4) });
    expect(outcome.precision?.ap50).toBeGreaterThan(0.7);
  });

  it('gives the same model for the same seed, and another for another', async () => {
    expect(whole).toMatchObject({ status: 'completed', step: 8 });
    const again = await train(input);
    expect(Buffer.from(again.model).equals(whole.model)).toBe(true);
    const other = await train({ ...input, settings: { ...tinySettings, seed: 2 } });
    expect(Buffer.from(other.model).equals(whole.model)).toBe(false);
  });

  it('gives the same model when it is resumed, from whichever checkpoint', async () => {
    expect(checkpoints.map(({ step }) => step)).toEqual([3, 6, 8]);
    for (const resumeFrom of checkpoints.slice(0, -1)) {
      const resumed = await trainWithCheckpoints({ resumeFrom });
      expect(Buffer.from(resumed.outcome.model).equals(whole.model)).toBe(true);
      expect(resumed.outcome.modelStep).toBe(whole.modelStep);
      const last = resumed.checkpoints.at(-1) ?? resumeFrom;
      expect({ ...last, seconds: 0 }).toEqual({ ...checkpoints.at(-1), seconds: 0 });
    }
  });

  it('stops with a checkpoint between two of its usual ones, from which it goes on to the same model', async () => {
    const abort = new AbortController();
    const settings = { ...tinySettings, steps: 120, validateEvery: 120, checkpointEvery: 120 };
    const reference = await train({ ...input, settings });
    const stopped = await trainWithCheckpoints({ settings, stop: abort.signal, onStep: () => abort.abort() });
    const [checkpoint] = stopped.checkpoints;
    expect(stopped.outcome).toMatchObject({ status: 'stopped', precision: undefined });
    expect(checkpoint?.step).toBeGreaterThanOrEqual(20);
    expect(checkpoint?.step).toBeLessThan(120);
    const resumed = await train({ ...input, settings, resumeFrom: checkpoint });
    expect(Buffer.from(resumed.model).equals(reference.model)).toBe(true);
  });

  it.each([4, 8])('does not measure once it is stopped, at step %i, but makes up for it', async (at) => {
    const abort = new AbortController();
    const measured: number[] = [];
    const onMeasured = ({ step }: Measurement) => measured.push(step);
    const onStep = ({ step }: StepReport) => {
      if (step === at) abort.abort();
    };
    const stopped = await trainWithCheckpoints({ stop: abort.signal, onStep, onMeasured });
    expect(stopped.outcome).toMatchObject({ status: 'stopped', step: at, precision: undefined });
    expect(measured).toEqual([4, 8].filter((step) => step < at));
    const resumeFrom = stopped.checkpoints.at(-1);
    const resumed = await trainWithCheckpoints({ resumeFrom, onMeasured });
    expect(measured).toEqual([4, 8]);
    expect(resumed.outcome.status).toBe('completed');
    expect(Buffer.from(resumed.outcome.model).equals(whole.model)).toBe(true);
    expect({ ...resumed.checkpoints.at(-1), seconds: 0 }).toEqual({ ...checkpoints.at(-1), seconds: 0 });
  });

  it('is stopped while it measures its best model for the end, and ends later', async () => {
    const abort = new AbortController();
    const saveCheckpoint = async ({ step }: Checkpoint) => {
      if (step === 8) abort.abort();
    };
    expect(await train({ ...input, stop: abort.signal, saveCheckpoint })).toMatchObject({ status: 'stopped' });
    const resumed = await train({ ...input, resumeFrom: checkpoints.at(-1) });
    expect(resumed).toMatchObject({ status: 'completed', precision: whole.precision });
  });

  it('takes no step when it was stopped before it began', async () => {
    const { outcome, checkpoints: saved } = await trainWithCheckpoints({ stop: AbortSignal.abort() });
    expect(outcome).toMatchObject({ status: 'stopped', step: 0 });
    expect(saved.map(({ step }) => step)).toEqual([0]);
  });

  it('ends at the next step when its time is used up, counting the time before it was resumed', async () => {
    let time = 0;
    const now = () => {
      time += 1000;
      return time;
    };
    // Each look at the clock takes a second: those of every twentieth step, which tell of losses, would not use it up.
    const settings = { ...tinySettings, steps: 400, validateEvery: 400, checkpointEvery: 400 };
    const hurried = await trainWithCheckpoints({ settings, now, maxSeconds: 60 });
    expect(hurried.outcome.status).toBe('out of time');
    expect(hurried.outcome.step).toBeLessThan(400);
    expect(hurried.outcome.model.length).toBeGreaterThan(1000);
    const [checkpoint] = hurried.checkpoints;
    if (!checkpoint) throw new Error('a checkpoint is needed');
    const late = await train({
      ...input,
      settings,
      resumeFrom: { ...checkpoint, seconds: 100 },
      maxSeconds: 100,
      now,
    });
    expect(late.status).toBe('out of time');
    expect(late.step).toBeLessThan(400);
  });

  it('keeps the best model rather than the last', async () => {
    const [first] = checkpoints;
    if (!first) throw new Error('a checkpoint is needed');
    const best = {
      step: 2,
      ap50: 0.99,
      parameters: first.buffers.average,
      statistics: first.buffers.averageStatistics,
    };
    const outcome = await train({ ...input, resumeFrom: { ...first, best } });
    expect(outcome.modelStep).toBe(2);
    expect(Buffer.from(outcome.model).equals(whole.model)).toBe(false);
  });

  it('ends early once the precision has not risen for long enough, also when it was resumed in between', async () => {
    // Measured at every step, a network that has hardly learned anything gets better by chance only.
    const settings = { ...tinySettings, steps: 60, validateEvery: 1, checkpointEvery: 2, patience: 5 };
    const { outcome: unbroken, checkpoints: saved } = await trainWithCheckpoints({ settings });
    expect(unbroken.status).toBe('no longer improving');
    expect(unbroken.step).toBeLessThan(60);
    expect(unbroken.step - unbroken.modelStep).toBeLessThanOrEqual(5);
    const between = saved.findLast(({ stale }) => stale > 0 && stale < 5);
    const last = saved.at(-1);
    expect([between?.stale, last?.stale]).toEqual([expect.any(Number), 5]);
    for (const resumeFrom of [between, last]) {
      const resumed = await train({ ...input, settings, resumeFrom });
      expect(resumed).toMatchObject({ status: 'no longer improving', step: unbroken.step });
      expect(Buffer.from(resumed.model).equals(unbroken.model)).toBe(true);
    }
  });

  it('has patience only with what was measured', async () => {
    const settings = { ...tinySettings, validateEvery: 1, patience: 1 };
    expect(await train({ ...input, settings, validation: squares(0, 1) })).toMatchObject({ status: 'completed' });
  });

  it('keeps the last model when there is nothing to measure it with', async () => {
    const outcome = await train({ ...input, validation: squares(0, 1) });
    expect(outcome).toMatchObject({ modelStep: 8, precision: undefined });
  });

  it('refuses the checkpoint of another run', async () => {
    const settings = { ...tinySettings, seed: 9 };
    await expect(train({ ...input, settings, resumeFrom: checkpoints[0] })).rejects.toThrow(/other hyperparameters/);
    await expect(train({ ...input, training: squares(24, 7), resumeFrom: checkpoints[0] })).rejects.toThrow(/data/);
  });

  it('refuses what it cannot learn from, and says why', async () => {
    await expect(train({ ...input, training: squares(0, 1) })).rejects.toThrow(/no training images/);
    const unlabelled = { ...input.training, truthOffsets: new SharedArrayBuffer(4 * 25) };
    await expect(train({ ...input, training: unlabelled })).rejects.toThrow(/nothing to learn/);
    await expect(train({ ...input, validation: { ...input.validation, names: ['x'] } })).rejects.toThrow(
      /one snapshot/,
    );
    await expect(train({ ...input, settings: { ...tinySettings, workers: 0 } })).rejects.toThrow(/workers is 0/);
  });

  it('reports a worker that fails instead of waiting for it', async () => {
    const optimizer = { ...tinySettings.optimizer, learningRate: Number.NaN };
    await expect(train({ ...input, settings: { ...tinySettings, optimizer } })).rejects.toThrow(/not finite at step/);
  });
});
