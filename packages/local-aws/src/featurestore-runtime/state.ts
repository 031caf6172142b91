import type { Kernel } from '../kernel/kernel.ts';
import type { Collection, Statement } from '../kernel/store.ts';
import type { Target } from './group.ts';

/** A record as the online store has it. */
export interface OnlineRow {
  id: string;
  /** Milliseconds since the epoch. */
  event_time: number;
  /** JSON of feature name to text; absent features are null there. */
  record: string;
  deleted: number;
  /** Milliseconds since the epoch; null without a time to live. */
  expires: number | null;
}

/** A record on its way to the offline store. */
export interface BufferedRow {
  event_time: number;
  api_time: number;
  deleted: number;
  record: string;
  batch: string | null;
}

export interface RuntimeState {
  kernel: Kernel;
  getOnline: Statement<OnlineRow>;
  putOnline: Statement<never>;
  deleteOnline: Statement<never>;
  buffer: Statement<never>;
  hasBuffered: Statement<{ found: number }>;
  /** Takes what waits without a batch into the batch of this name. */
  claim: Statement<never>;
  batches: Statement<{ batch: string }>;
  ofBatch: Statement<BufferedRow>;
  drop: Statement<never>;
  /** Where buffered records go, by the group's key. */
  targets: Collection<Target>;
}

export function createState(kernel: Kernel): RuntimeState {
  const { store } = kernel;
  store.define(`
    CREATE TABLE IF NOT EXISTS featurestore_online (
      feature_group TEXT NOT NULL, id TEXT NOT NULL, event_time REAL NOT NULL, record TEXT NOT NULL,
      deleted INTEGER NOT NULL, expires REAL, PRIMARY KEY (feature_group, id)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS featurestore_buffer (
      seq INTEGER PRIMARY KEY AUTOINCREMENT, feature_group TEXT NOT NULL, event_time REAL NOT NULL, api_time REAL NOT NULL,
      deleted INTEGER NOT NULL, record TEXT NOT NULL, batch TEXT);
    CREATE INDEX IF NOT EXISTS featurestore_buffer_batch ON featurestore_buffer (feature_group, batch)`);
  return {
    kernel,
    getOnline: store.prepare('SELECT * FROM featurestore_online WHERE feature_group = ? AND id = ?'),
    putOnline: store.prepare('INSERT OR REPLACE INTO featurestore_online VALUES (?, ?, ?, ?, ?, ?)'),
    deleteOnline: store.prepare('DELETE FROM featurestore_online WHERE feature_group = ? AND id = ?'),
    buffer: store.prepare(
      'INSERT INTO featurestore_buffer (feature_group, event_time, api_time, deleted, record) VALUES (?, ?, ?, ?, ?)',
    ),
    hasBuffered: store.prepare('SELECT 1 AS found FROM featurestore_buffer WHERE feature_group = ? LIMIT 1'),
    claim: store.prepare(
      `UPDATE featurestore_buffer SET batch = ? WHERE seq IN
       (SELECT seq FROM featurestore_buffer WHERE feature_group = ? AND batch IS NULL ORDER BY seq LIMIT ?)`,
    ),
    batches: store.prepare(
      'SELECT DISTINCT batch FROM featurestore_buffer WHERE feature_group = ? AND batch IS NOT NULL ORDER BY batch',
    ),
    ofBatch: store.prepare('SELECT * FROM featurestore_buffer WHERE feature_group = ? AND batch = ? ORDER BY seq'),
    drop: store.prepare('DELETE FROM featurestore_buffer WHERE feature_group = ? AND batch = ?'),
    targets: store.collection('featurestore_targets'),
  };
}
