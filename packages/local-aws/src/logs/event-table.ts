import type { Store } from '../kernel/store.ts';

/** A log event. Times are milliseconds since the epoch; `sequence` orders events of the same time. */
export interface LogEvent {
  sequence: number;
  stream: string;
  timestamp: number;
  ingested: number;
  message: string;
}

/** A place between two events. */
export interface Position {
  timestamp: number;
  sequence: number;
}

export interface EventTable {
  add(group: string, stream: string, ingested: number, events: { timestamp: number; message: string }[]): void;
  /** Events of one stream or of all (`stream` undefined) behind `after`, in order of time; `from` ≤ time < `until`. */
  forward(group: string, stream: string | undefined, after: Position, until: number, limit: number): LogEvent[];
  /** Events of one stream before `before`, the latest first. */
  backward(group: string, stream: string, before: Position, from: number, limit: number): LogEvent[];
  removeStream(group: string, stream: string): void;
  removeBefore(group: string, timestamp: number): void;
  removeGroup(group: string): void;
}

export function eventTable(store: Store): EventTable {
  store.define(`CREATE TABLE IF NOT EXISTS log_events (
    sequence INTEGER PRIMARY KEY, log_group TEXT NOT NULL, stream TEXT NOT NULL, timestamp INTEGER NOT NULL,
    ingested INTEGER NOT NULL, message TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS log_events_by_time ON log_events (log_group, timestamp, sequence);
    CREATE INDEX IF NOT EXISTS log_events_by_stream ON log_events (log_group, stream, timestamp, sequence)`);
  const insert = store.prepare(
    'INSERT INTO log_events (log_group, stream, timestamp, ingested, message) VALUES (?, ?, ?, ?, ?)',
  );
  const columns = 'SELECT sequence, stream, timestamp, ingested, message FROM log_events';
  const ofGroup = store.prepare<LogEvent>(
    `${columns} WHERE log_group = ? AND (timestamp, sequence) > (?, ?) AND timestamp < ? ORDER BY timestamp, sequence LIMIT ?`,
  );
  const ofStream = store.prepare<LogEvent>(
    `${columns} WHERE log_group = ? AND stream = ? AND (timestamp, sequence) > (?, ?) AND timestamp < ? ORDER BY timestamp, sequence LIMIT ?`,
  );
  const backward = store.prepare<LogEvent>(
    `${columns} WHERE log_group = ? AND stream = ? AND (timestamp, sequence) < (?, ?) AND timestamp >= ? ORDER BY timestamp DESC, sequence DESC LIMIT ?`,
  );
  const removeStream = store.prepare('DELETE FROM log_events WHERE log_group = ? AND stream = ?');
  const removeBefore = store.prepare('DELETE FROM log_events WHERE log_group = ? AND timestamp < ?');
  const removeGroup = store.prepare('DELETE FROM log_events WHERE log_group = ?');
  return {
    add(group, stream, ingested, events) {
      for (const { timestamp, message } of events) insert.run(group, stream, timestamp, ingested, message);
    },
    forward: (group, stream, { timestamp, sequence }, until, limit) =>
      stream === undefined
        ? ofGroup.all(group, timestamp, sequence, until, limit)
        : ofStream.all(group, stream, timestamp, sequence, until, limit),
    backward: (group, stream, { timestamp, sequence }, from, limit) =>
      backward.all(group, stream, timestamp, sequence, from, limit),
    removeStream: (group, stream) => void removeStream.run(group, stream),
    removeBefore: (group, timestamp) => void removeBefore.run(group, timestamp),
    removeGroup: (group) => void removeGroup.run(group),
  };
}
