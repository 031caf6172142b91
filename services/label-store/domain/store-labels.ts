import { eachAtOnce } from '@assay/at-once';
import type { LabelOutcome } from '@assay/events';
import { type LabelingJobs, type LabelRecord, toRecord } from './label-record.ts';

/** What storing needs of the Feature Store. */
export interface LabelStorePort {
  /** Event times of the records that are there, by record id. */
  eventTimes(recordIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  put(record: LabelRecord): Promise<void>;
}

export interface StoredLabels {
  /** Records of the run that are in the store now, whenever they came there. */
  readonly stored: number;
  readonly approved: number;
  /** Records that this call wrote. */
  readonly written: number;
  /** A query as of this instant sees them all. */
  readonly asOf: string;
}

/** Writes in flight at once; the Feature Store takes many more, a function's sockets don't. */
const CONCURRENCY = 8;

/**
 * Puts a run's outcomes into the store, one record for each image. A record that is there already, with the same or a
 * later event time, is left alone, so that a redelivery or a replay writes nothing.
 */
export async function storeLabels(
  outcomes: readonly LabelOutcome[],
  jobs: LabelingJobs,
  store: LabelStorePort,
  now: () => Date,
): Promise<StoredLabels> {
  const records = distinct(outcomes.map((outcome) => toRecord(outcome, jobs)));
  const known = await store.eventTimes(records.map((record) => record.record_id));
  const missing = records.filter((record) => (known.get(record.record_id) ?? '') < record.event_time);
  await eachAtOnce(missing, CONCURRENCY, (record) => store.put(record));
  const latest = records.reduce((time, record) => (record.event_time > time ? record.event_time : time), '');
  const stamp = now().toISOString();
  return {
    stored: records.length,
    approved: records.filter((record) => record.verdict === 'approved').length,
    written: missing.length,
    asOf: stamp > latest ? stamp : latest,
  };
}

/** One record an id; of several the latest. */
function distinct(records: readonly LabelRecord[]): LabelRecord[] {
  const byId = new Map<string, LabelRecord>();
  for (const record of records) {
    const other = byId.get(record.record_id);
    if (other === undefined || other.event_time < record.event_time) byId.set(record.record_id, record);
  }
  return [...byId.values()];
}
