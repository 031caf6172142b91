import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TrainingState } from '../domain/ports.ts';
import { labelToken, type Training } from '../domain/training.ts';
import { type DynaliteState, startDynaliteState } from '../testing/dynalite-state.ts';

let dynalite: DynaliteState;
let state: TrainingState;
beforeAll(async () => {
  dynalite = await startDynaliteState();
});
afterAll(() => dynalite.close());
beforeEach(async () => {
  state = await dynalite.fresh();
});

const at = (minute: number) => `2026-03-04T10:${String(minute).padStart(2, '0')}:00.000Z`;
const source = (name: string) => ({
  catalog: 'AwsDataCatalog',
  database: 'labels',
  table: name,
  workGroup: 'labels',
  queryOutput: 's3://results/',
});
const training = (minute: number): Training => ({
  token: labelToken(at(minute)),
  reason: 'enough-labels',
  asOf: at(minute),
  approvedLabels: 3,
  storedRecords: 4,
});
const metadata = {
  eventId: '7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b',
  correlationId: 'story-1',
  occurredAt: at(0),
  producer: 'assay.training',
  version: 1,
};

describe('labels', () => {
  it('are summed over the runs since the last training, up to the newest run', async () => {
    expect(await state.newLabels()).toBeUndefined();
    await state.recordRun({ runId: 'b', asOf: at(2), approved: 4, stored: 4 + 1 }, source('t'));
    await state.recordRun({ runId: 'a', asOf: at(1), approved: 3, stored: 3 + 1 }, source('t'));
    expect(await state.newLabels()).toEqual({ approved: 7, asOf: at(2) });
    await state.advanceTo(at(1));
    expect(await state.newLabels()).toEqual({ approved: 4, asOf: at(2) });
    await state.advanceTo(at(2));
    expect(await state.newLabels()).toBeUndefined();
  });

  it('of one run count once, even when it is told of again with a later instant', async () => {
    await state.recordRun({ runId: 'a', asOf: at(1), approved: 3, stored: 3 + 1 }, source('t'));
    await state.advanceTo(at(1));
    await state.recordRun({ runId: 'a', asOf: at(9), approved: 3, stored: 3 + 1 }, source('t'));
    expect(await state.newLabels()).toBeUndefined();
  });

  it('of a run that has grown since are new again, and its records are counted as they were at each instant', async () => {
    await state.recordRun({ runId: 'a', asOf: at(1), approved: 3, stored: 4 }, source('t'));
    await state.advanceTo(at(1));
    await state.recordRun({ runId: 'a', asOf: at(5), approved: 13, stored: 14 }, source('t'));
    // The words on it come again, in any order, and change nothing.
    await state.recordRun({ runId: 'a', asOf: at(1), approved: 3, stored: 4 }, source('t'));
    await state.recordRun({ runId: 'a', asOf: at(9), approved: 13, stored: 14 }, source('t'));
    expect(await state.newLabels()).toEqual({ approved: 13, asOf: at(5) });
    expect([await state.storedRecords(at(1)), await state.storedRecords(at(9))]).toEqual([4, 14]);
  });

  it('do not become new again when an older instant is trained on', async () => {
    await state.recordRun({ runId: 'a', asOf: at(5), approved: 3, stored: 3 + 1 }, source('t'));
    await state.advanceTo(at(5));
    await state.advanceTo(at(1));
    expect(await state.newLabels()).toBeUndefined();
  });

  it('are counted with those that were rejected, up to an instant, trained on or not', async () => {
    expect(await state.storedRecords(at(9))).toBe(0);
    await state.recordRun({ runId: 'a', asOf: at(1), approved: 3, stored: 5 }, source('t'));
    await state.recordRun({ runId: 'b', asOf: at(2), approved: 4, stored: 4 }, source('t'));
    await state.recordRun({ runId: 'c', asOf: at(3), approved: 0, stored: 1 }, source('t'));
    await state.recordRun({ runId: 'a', asOf: at(3), approved: 3, stored: 5 }, source('t'));
    await state.advanceTo(at(1));
    expect(await state.storedRecords(at(2))).toBe(9);
    expect(await state.storedRecords(at(3))).toBe(10);
  });

  it('are to be found where the newest run says', async () => {
    expect(await state.labelSource()).toBeUndefined();
    await state.recordRun({ runId: 'b', asOf: at(2), approved: 4, stored: 4 + 1 }, source('new'));
    await state.recordRun({ runId: 'a', asOf: at(1), approved: 3, stored: 3 + 1 }, source('old'));
    expect(await state.labelSource()).toEqual(source('new'));
  });
});

describe('the lock', () => {
  it('belongs to one training, which may take it again', async () => {
    expect(await state.acquireLock('one', at(1))).toEqual({ token: 'one', since: at(1) });
    expect(await state.acquireLock('two', at(2))).toBeUndefined();
    expect(await state.acquireLock('one', at(3))).toBeDefined();
    expect(await state.currentLock()).toEqual({ token: 'one', since: at(3) });
  });

  it('is released by its holder only', async () => {
    await state.acquireLock('one', at(1));
    await state.releaseLock('two');
    expect(await state.currentLock()).toBeDefined();
    await state.releaseLock('one');
    expect(await state.currentLock()).toBeUndefined();
    await state.releaseLock('one');
  });
});

describe('a training', () => {
  it('gathers what becomes of it and is found by its execution', async () => {
    const wanted = training(1);
    await state.recordTraining(wanted);
    await state.recordExecution(wanted.token, 'arn:1');
    await state.recordAnnouncement(wanted.token, metadata);
    const known = { ...wanted, executionArn: 'arn:1', announced: metadata };
    expect(await state.training(wanted.token)).toEqual(known);
    expect(await state.trainingOf('arn:1')).toEqual(known);
    await state.recordTraining(wanted);
    expect(await state.training(wanted.token)).toEqual(known);
  });

  it('is concluded once its execution is, whoever started it', async () => {
    expect(await state.isConcluded('arn:1')).toBe(false);
    await state.recordExecution('one', 'arn:1');
    await state.conclude('arn:1', 'trained');
    await state.conclude('arn:by-hand', 'failed');
    expect([await state.isConcluded('arn:1'), await state.isConcluded('arn:by-hand')]).toEqual([true, true]);
    expect(await state.trainingOf('arn:by-hand')).toBeUndefined();
  });
});

describe('requests', () => {
  it('wait in the order of their instants', async () => {
    await state.postpone(training(5));
    await state.postpone(training(3));
    await state.postpone(training(5));
    expect(await state.postponed()).toEqual(training(3));
    await state.settle(training(3));
    expect(await state.postponed()).toEqual(training(5));
    await state.settle(training(5));
    expect(await state.postponed()).toBeUndefined();
  });
});
