import { renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Caller } from './caller.ts';
import { messageOf } from './errors.ts';

export interface Call {
  /** Milliseconds since the epoch. */
  at: number;
  requestId: string;
  service: string;
  operation: string;
  callerArn: string;
  status: number;
  /** AWS's error code, when the call failed. */
  error?: string;
  milliseconds: number;
}

/**
 * Every call with its caller. A journal to look things up in, not state: in a file of its own that is not synced, so that
 * reads cost no fsync. One that a power cut has damaged is put aside and begun anew.
 */
export class CallLog {
  readonly #db: DatabaseSync;
  readonly #insert;

  constructor(path: string, report: (message: string) => void) {
    this.#db = open(path, report);
    this.#insert = this.#db.prepare('INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  }

  record(call: Omit<Call, 'callerArn'> & { caller: Caller }): void {
    const { at, requestId, service, operation, caller, status, error, milliseconds } = call;
    this.#insert.run(at, requestId, service, operation, caller.arn, status, error ?? null, milliseconds);
  }

  /** How often each caller called what, and how many of those calls failed. */
  summary(): { callerArn: string; service: string; operation: string; calls: number; failed: number }[] {
    const rows = this.#db
      .prepare(
        `SELECT caller, service, operation, COUNT(*) AS calls, SUM(error IS NOT NULL) AS failed
         FROM calls GROUP BY caller, service, operation ORDER BY caller, service, operation`,
      )
      .all();
    return rows.map((row) => ({
      callerArn: String(row.caller),
      service: String(row.service),
      operation: String(row.operation),
      calls: Number(row.calls),
      failed: Number(row.failed),
    }));
  }

  close(): void {
    this.#db.close();
  }
}

function open(path: string, report: (message: string) => void): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS calls (at INTEGER, request_id TEXT, service TEXT, operation TEXT, caller TEXT, status INTEGER, error TEXT, ms REAL);
      CREATE INDEX IF NOT EXISTS calls_by_caller ON calls (caller, service, operation)`);
    const [check] = db.prepare('PRAGMA quick_check(1)').all();
    if (check?.quick_check !== 'ok') throw new Error(String(check?.quick_check));
    return db;
  } catch (error) {
    db.close();
    report(
      `the journal of calls, ${path}, is damaged (${messageOf(error)}) and is begun anew; the old one is kept as ${path}.damaged`,
    );
    renameSync(path, `${path}.damaged`);
    for (const companion of ['-wal', '-shm']) rmSync(path + companion, { force: true });
    return open(path, report);
  }
}
