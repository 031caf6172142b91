import { createHash, randomUUID } from 'node:crypto';
import { serviceRoleCaller } from '../kernel/caller.ts';
import type { BufferedRow, RuntimeState } from './state.ts';

/** Records in one file at most. */
const BATCH = 10_000;

/**
 * Writes a group's gathered records to its offline store. A batch that a crash interrupted is written again under the same
 * names with the same content, so that none is there twice.
 */
export async function flush(state: RuntimeState, key: string): Promise<{ again: number } | undefined> {
  const { kernel } = state;
  if (state.batches.get(key) === undefined)
    state.claim.run(`${String(kernel.clock.now()).padStart(15, '0')} ${randomUUID()}`, key, BATCH);
  await kernel.store.durable();
  for (const { batch } of state.batches.all(key)) {
    await write(state, key, batch, state.ofBatch.all(key, batch));
    state.drop.run(key, batch);
  }
  return state.hasBuffered.get(key) ? { again: kernel.clock.now() } : undefined;
}

async function write({ kernel, targets }: RuntimeState, key: string, batch: string, rows: BufferedRow[]) {
  const target = targets.get(key);
  const [, Bucket, prefix] = /^s3:\/\/([^/]+)\/(.*)$/.exec(target?.uri ?? '') ?? [];
  if (!target || Bucket === undefined) throw new Error(`the feature group ${key} has no offline store`);
  const { toParquet } = await import('./parquet.ts');
  const writeTime = Number(batch.slice(0, 15));
  const caller = serviceRoleCaller('sagemaker.amazonaws.com', target.roleArn, 'FeatureStore');
  for (const [partition, records] of Map.groupBy(rows, ({ event_time }) => hourPartition(event_time))) {
    const latest = Math.max(...records.map(({ event_time }) => event_time));
    const Body = await toParquet(target.features, records, writeTime);
    const Key = `${prefix}/${partition}/${compact(latest)}_${suffix(batch, partition)}.parquet`;
    await kernel.call('s3', 'PutObject', { Bucket, Key, Body, ContentType: 'application/octet-stream' }, caller);
  }
}

/** `year=2026/month=03/day=04/hour=12`, of the event time in UTC. */
function hourPartition(time: number): string {
  const [, year, month, day, hour] = /^(\d+)-(\d+)-(\d+)T(\d+)/.exec(new Date(time).toISOString()) ?? [];
  return `year=${year}/month=${month}/day=${day}/hour=${hour}`;
}

/** `20260304T122613Z` */
const compact = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, '');

/** 16 letters and digits, the same for the same batch. */
function suffix(batch: string, partition: string): string {
  const digest = createHash('sha256').update(`${batch}/${partition}`).digest('hex');
  return BigInt(`0x${digest}`).toString(36).slice(0, 16).padStart(16, '0');
}
