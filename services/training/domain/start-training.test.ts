import type { Metadata } from '@assay/events';
import { PermanentError } from '@assay/lambda-kit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DynaliteState, startDynaliteState } from '../testing/dynalite-state.ts';
import { concludeTraining, concludeWhatEnded } from './conclude-training.ts';
import type { World } from './ports.ts';
import { resumeInterrupted, trainNext, trainOnNewLabels, trainOnRequest, trainOnStoredRun } from './start-training.ts';
import type { Training } from './training.ts';
import type { TrainingOutcome } from './training-outcome.ts';

let dynalite: DynaliteState;
beforeAll(async () => {
  dynalite = await startDynaliteState();
});
afterAll(() => dynalite.close());

const at = (minute: number) => `2026-03-04T10:${String(minute).padStart(2, '0')}:00.000Z`;
const metadata = (correlationId: string, minute = 0): Metadata => ({
  eventId: '7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b',
  correlationId,
  occurredAt: at(minute),
  producer: 'assay.training',
  version: 1,
});
const source = { catalog: 'c', database: 'd', table: 't', workGroup: 'w', queryOutput: 's3://results/' };

/** The world with a pipeline that gives the same execution for the same token, and a list of what was told. */
async function createWorld() {
  const told: string[] = [];
  const executions = new Map<string, string>();
  const running = new Set<string>();
  const failing = { start: false, announce: false };
  /** How many records each start of the pipeline asked for. */
  const asked: number[] = [];
  let minute = 0;
  const world: World = {
    state: await dynalite.fresh(),
    minimumNewLabels: 10,
    now: () => new Date(at(minute)),
    pipeline: {
      async start({ token, storedRecords }: Training) {
        if (failing.start) throw new Error('ThrottlingException');
        asked.push(storedRecords);
        const arn = executions.get(token) ?? `arn:pipeline/training/execution/${executions.size + 1}`;
        executions.set(token, arn);
        running.add(arn);
        return arn;
      },
      isRunning: async (arn) => running.has(arn),
      outcome: async (arn): Promise<TrainingOutcome> => ({
        kind: 'failed',
        data: { pipelineExecutionArn: arn, reason: 'too weak' },
      }),
    },
    announcer: {
      async started({ reason, approvedLabels }, arn) {
        if (failing.announce) throw new Error('the bus is down');
        told.push(`started ${arn.at(-1)}: ${reason}, ${approvedLabels} labels`);
        return metadata(`training ${arn.at(-1)}`);
      },
      async concluded({ kind, data }, cause) {
        told.push(`${kind} ${data.pipelineExecutionArn.at(-1)} because of ${cause?.correlationId}`);
      },
    },
  };
  return {
    world,
    told,
    asked,
    failing,
    executions,
    advance: (minutes: number) => {
      minute += minutes;
    },
    end: (arn: string) => running.delete(arn),
    arn: (number: number) => `arn:pipeline/training/execution/${number}`,
    store: (runId: string, when: number, approved: number) =>
      world.state.recordRun({ runId, asOf: at(when), approved, stored: approved + 1 }, source),
    count: () => trainOnNewLabels(world, 'enough-labels', 10, metadata('labels')),
  };
}

let scene: Awaited<ReturnType<typeof createWorld>>;
beforeEach(async () => {
  scene = await createWorld();
});

describe('new labels', () => {
  it('start a training once there are enough of them', async () => {
    await scene.store('a', 1, 6);
    expect(await scene.count()).toBe('not-enough-labels');
    await scene.store('b', 2, 5);
    expect(await scene.count()).toBe('started');
    expect(scene.told).toEqual(['started 1: enough-labels, 11 labels']);
  });

  it('ask for all records of the instant, as many at a repeated start as at the first', async () => {
    await scene.store('a', 2, 12);
    scene.failing.announce = true;
    await expect(scene.count()).rejects.toThrow('the bus is down');
    await scene.store('late', 1, 3);
    scene.failing.announce = false;
    scene.advance(5);
    await resumeInterrupted(scene.world);
    expect(scene.asked).toEqual([13, 13]);
    expect(await scene.world.state.storedRecords(at(2))).toBe(17);
  });

  it('ask for what was recorded first when a start that never came about is tried again with more', async () => {
    await scene.store('a', 2, 12);
    scene.failing.start = true;
    await expect(scene.count()).rejects.toThrow('ThrottlingException');
    await scene.store('late', 1, 3);
    scene.failing.start = false;
    expect(await scene.count()).toBe('started');
    expect(scene.asked).toEqual([13]);
    expect(scene.told).toEqual(['started 1: enough-labels, 12 labels']);
  });

  it('start nothing again when they are told of again', async () => {
    await scene.store('a', 1, 12);
    await scene.count();
    await scene.store('a', 1, 12);
    expect(await scene.count()).toBe('not-enough-labels');
    await scene.store('a', 8, 12);
    expect(await scene.count()).toBe('not-enough-labels');
    expect(scene.told).toHaveLength(1);
  });

  it('leave the way free when one of two deliveries is so late that the training has ended', async () => {
    await scene.store('a', 1, 12);
    const { state } = scene.world;
    const late: World = {
      ...scene.world,
      state: {
        ...state,
        async acquireLock(token, now) {
          await scene.count();
          await concludeTraining(scene.world, scene.arn(1));
          return state.acquireLock(token, now);
        },
      },
    };
    await trainOnNewLabels(late, 'enough-labels', 10, metadata('labels'));
    expect(scene.executions.size).toBe(1);
    expect(await state.currentLock()).toBeUndefined();
  });

  it('that come during a training start the next one when it is over', async () => {
    await scene.store('a', 1, 12);
    await scene.count();
    await scene.store('b', 2, 11);
    expect(await scene.count()).toBe('busy');
    await concludeTraining(scene.world, scene.arn(1));
    expect(scene.told).toEqual([
      'started 1: enough-labels, 12 labels',
      'failed 1 because of training 1',
      'started 2: enough-labels, 11 labels',
    ]);
  });

  it('however few, are trained on by schedule; none are not', async () => {
    await scene.store('a', 1, 1);
    expect(await trainOnNewLabels(scene.world, 'schedule', 1)).toBe('started');
    await concludeTraining(scene.world, scene.arn(1));
    expect(await trainOnNewLabels(scene.world, 'schedule', 1)).toBe('not-enough-labels');
    expect(scene.told[0]).toBe('started 1: schedule, 1 labels');
  });
});

describe('a run whose labels are stored', () => {
  it('is counted also while an interrupted start can not be carried on', async () => {
    await scene.store('a', 1, 12);
    scene.failing.start = true;
    await expect(scene.count()).rejects.toThrow('ThrottlingException');
    scene.advance(5);
    const late = { runId: 'b', asOf: at(6), approved: 3, stored: 4 };
    await expect(trainOnStoredRun(scene.world, late, source, metadata('labels'))).rejects.toThrow(
      'ThrottlingException',
    );
    expect(await scene.world.state.newLabels()).toEqual({ approved: 15, asOf: at(6) });
    scene.failing.start = false;
    expect(await trainOnStoredRun(scene.world, late, source, metadata('labels'))).toBe('not-enough-labels');
    expect(scene.told).toEqual(['started 1: enough-labels, 12 labels']);
  });
});

describe('a request', () => {
  const request = { requestedBy: 'mara', reason: 'new fixture' };

  it('starts a training at once, and only one however often it is delivered', async () => {
    await scene.store('a', 1, 1);
    expect(await trainOnRequest(scene.world, request, metadata('request', 5))).toBe('started');
    expect(await trainOnRequest(scene.world, request, metadata('request', 5))).toBe('already-started');
    expect(await trainOnRequest(scene.world, request, metadata('another', 6))).toBe('busy');
    expect(scene.told).toEqual(['started 1: requested, 1 labels']);
  });

  it('waits for the training that runs', async () => {
    await scene.store('a', 1, 12);
    await scene.count();
    expect(await trainOnRequest(scene.world, request, metadata('request', 5))).toBe('busy');
    expect(await trainOnRequest(scene.world, request, metadata('request', 5))).toBe('busy');
    await concludeTraining(scene.world, scene.arn(1));
    await concludeTraining(scene.world, scene.arn(2));
    expect(scene.told.filter((line) => line.startsWith('started'))).toEqual([
      'started 1: enough-labels, 12 labels',
      'started 2: requested, 0 labels',
    ]);
    expect(await trainNext(scene.world)).toBe('not-enough-labels');
  });

  it('is not forgotten when the training that runs ends just before the request is kept', async () => {
    await scene.store('a', 1, 12);
    await scene.count();
    const { state } = scene.world;
    const slow: World = {
      ...scene.world,
      state: {
        ...state,
        async postpone(training) {
          await concludeTraining(scene.world, scene.arn(1));
          await state.postpone(training);
        },
      },
    };
    await trainOnRequest(slow, request, metadata('request', 5));
    expect(scene.told.at(-1)).toBe('started 2: requested, 0 labels');
    expect(await state.postponed()).toBeUndefined();
  });

  it('that was kept once more by a late delivery holds up none behind it', async () => {
    await scene.store('a', 1, 1);
    await trainOnRequest(scene.world, request, metadata('request', 5));
    const running = await scene.world.state.trainingOf(scene.arn(1));
    if (running === undefined) throw new Error('nothing runs');
    await scene.world.state.postpone(running);
    expect(await trainOnRequest(scene.world, { ...request, reason: 'other' }, metadata('request', 6))).toBe('busy');
    await concludeTraining(scene.world, scene.arn(1));
    expect(scene.told.at(-1)).toBe('started 2: requested, 0 labels');
  });

  it('for labels of the future is refused', async () => {
    await scene.store('a', 1, 1);
    const future = trainOnRequest(scene.world, { ...request, asOf: at(9) }, metadata('request', 5));
    await expect(future).rejects.toMatchObject({ code: 'instant-in-the-future' });
  });

  it('without any labels is refused with what to do, and leaves the way free', async () => {
    await expect(trainOnRequest(scene.world, request, metadata('request', 5))).rejects.toThrow(
      'no labels are stored yet. Upload images and label them',
    );
    expect(await scene.world.state.currentLock()).toBeUndefined();
  });
});

describe('an end', () => {
  it('is told once', async () => {
    await scene.store('a', 1, 12);
    await scene.count();
    await concludeTraining(scene.world, scene.arn(1));
    await concludeTraining(scene.world, scene.arn(1));
    expect(scene.told.filter((line) => line.startsWith('failed'))).toEqual(['failed 1 because of training 1']);
  });

  it('of an execution that was started by hand is told, too', async () => {
    await concludeTraining(scene.world, scene.arn(7));
    await concludeTraining(scene.world, scene.arn(7));
    expect(scene.told).toEqual(['failed 7 because of undefined']);
  });

  it('that nobody told of is found by the schedule', async () => {
    await scene.store('a', 1, 12);
    await scene.count();
    await concludeWhatEnded(scene.world);
    expect(scene.told).toHaveLength(1);
    scene.end(scene.arn(1));
    await concludeWhatEnded(scene.world);
    expect(scene.told.at(-1)).toBe('failed 1 because of training 1');
    expect(await scene.world.state.currentLock()).toBeUndefined();
  });

  it('that overtakes the record of its start is tried again later', async () => {
    await scene.store('a', 1, 12);
    scene.failing.start = true;
    await expect(scene.count()).rejects.toThrow('ThrottlingException');
    await expect(concludeTraining(scene.world, scene.arn(1))).rejects.toMatchObject({ code: 'start-unfinished' });
  });
});

describe('an end that can not be told', () => {
  it('does not keep others from being trained', async () => {
    await scene.store('a', 1, 12);
    await scene.count();
    scene.end(scene.arn(1));
    const outcome = async () => {
      throw new PermanentError('package-incomplete', 'it was deleted');
    };
    const world = { ...scene.world, pipeline: { ...scene.world.pipeline, outcome } };
    await scene.store('b', 2, 11);
    await expect(concludeTraining(world, scene.arn(1))).rejects.toThrow('it was deleted');
    expect(scene.told.at(-1)).toBe('started 2: enough-labels, 11 labels');
  });
});

describe('an interrupted start', () => {
  it('is carried on by the same event', async () => {
    await scene.store('a', 1, 12);
    scene.failing.start = true;
    await expect(scene.count()).rejects.toThrow('ThrottlingException');
    scene.failing.start = false;
    expect(await scene.count()).toBe('started');
    expect(scene.executions.size).toBe(1);
  });

  it('is carried on by whatever comes next, once it is surely interrupted', async () => {
    await scene.store('a', 1, 12);
    scene.failing.announce = true;
    await expect(scene.count()).rejects.toThrow('the bus is down');
    scene.failing.announce = false;
    await resumeInterrupted(scene.world);
    expect(scene.told).toEqual([]);
    scene.advance(1);
    await resumeInterrupted(scene.world);
    await resumeInterrupted(scene.world);
    expect(scene.told).toEqual(['started 1: enough-labels, 12 labels']);
    expect(scene.executions.size).toBe(1);
  });
});
