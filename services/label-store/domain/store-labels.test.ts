import { catalogue, type LabelOutcome, labelOutcomeSchema } from '@assay/events';
import { describe, expect, it } from 'vitest';
import type { LabelRecord } from './label-record.ts';
import { storeLabels } from './store-labels.ts';

const [sample] = labelOutcomeSchema.array().parse(Reflect.get(catalogue.LabelsApproved.sample.labels, 'items'));
if (sample === undefined) throw new Error('the sample of LabelsApproved has a label');

const outcome = (index: number, overrides: Partial<LabelOutcome> = {}): LabelOutcome => ({
  ...sample,
  imageId: index.toString(16).padStart(64, '0'),
  ...overrides,
});

const jobs = { labelingJob: 'boxes-1', verificationJob: 'verify-1' };
const now = () => new Date('2026-03-04T12:00:00Z');

function fakeStore() {
  const records = new Map<string, LabelRecord>();
  let [inFlight, most, puts] = [0, 0, 0];
  return {
    records,
    counts: () => ({ most, puts }),
    eventTimes: async (ids: readonly string[]) =>
      new Map(ids.flatMap((id) => records.get(id) ?? []).map((record) => [record.record_id, record.event_time])),
    put: async (record: LabelRecord) => {
      puts += 1;
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise(setImmediate);
      records.set(record.record_id, record);
      inFlight -= 1;
    },
  };
}

describe('storeLabels', () => {
  it('keeps one record for each image and labeling job, approved and rejected alike', async () => {
    const store = fakeStore();
    const outcomes = [outcome(1), outcome(2, { verdict: 'rejected', reason: 'missed-object', comment: 'one more' })];
    await expect(storeLabels(outcomes, jobs, store, now)).resolves.toEqual({
      stored: 2,
      approved: 1,
      written: 2,
      asOf: '2026-03-04T12:00:00.000Z',
    });
    expect(store.records.get(`${outcome(2).imageId}:boxes-1`)).toMatchObject({
      verdict: 'rejected',
      reason: 'missed-object',
      comment: 'one more',
      labeling_job: 'boxes-1',
      verification_job: 'verify-1',
      boxes: JSON.stringify(sample.boxes),
      event_time: '2026-03-04T10:11:12.345Z',
    });
  });

  it('writes nothing when the same run comes again, and counts the same', async () => {
    const store = fakeStore();
    const outcomes = [outcome(1), outcome(2)];
    const first = await storeLabels(outcomes, jobs, store, now);
    const again = await storeLabels(outcomes, jobs, store, now);
    expect(again).toEqual({ ...first, written: 0 });
    expect(store.counts().puts).toBe(2);
  });

  it('writes what an interrupted delivery left out', async () => {
    const store = fakeStore();
    await storeLabels([outcome(1)], jobs, store, now);
    await expect(storeLabels([outcome(1), outcome(2)], jobs, store, now)).resolves.toMatchObject({
      written: 1,
      stored: 2,
    });
  });

  it('writes times with milliseconds, since the store compares them as text', async () => {
    const store = fakeStore();
    await storeLabels([outcome(1, { labeledAt: '2026-03-04T10:11:12Z' })], jobs, store, now);
    expect([...store.records.values()][0]?.event_time).toBe('2026-03-04T10:11:12.000Z');
  });

  it('lets a query as of its answer see labels of a clock that is ahead', async () => {
    const ahead = outcome(1, { labeledAt: '2026-03-04T12:00:05.000Z' });
    await expect(storeLabels([ahead], jobs, fakeStore(), now)).resolves.toMatchObject({
      asOf: '2026-03-04T12:00:05.000Z',
    });
  });

  it('writes several records at once, but not all', async () => {
    const store = fakeStore();
    await storeLabels(
      Array.from({ length: 40 }, (_, index) => outcome(index)),
      jobs,
      store,
      now,
    );
    expect(store.counts()).toEqual({ most: 8, puts: 40 });
  });

  it('fails when a record could not be written', async () => {
    const store = { ...fakeStore(), put: () => Promise.reject(new Error('throttled')) };
    await expect(storeLabels([outcome(1)], jobs, store, now)).rejects.toThrow('throttled');
  });
});
