import { type FileHandle, open } from 'node:fs/promises';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Unwritable } from './errors.ts';
import { grouped } from './grouped.ts';

export type Value = SQLInputValue;

/** A prepared statement. Rows come back as plain objects; columns are named as in the SQL. */
export interface Statement<Row> {
  get(...parameters: Value[]): Row | undefined;
  all(...parameters: Value[]): Row[];
  run(...parameters: Value[]): { changes: number };
}

/** Documents by key, for control-plane state that is read by name and listed in key order. */
export interface Collection<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): boolean;
  /** Entries in key order, from after `after`, whose key starts with `prefix`. */
  list(options?: { prefix?: string; after?: string; limit?: number }): { key: string; value: T }[];
}

/** NOMEM, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB: after these SQLite may have undone the whole transaction. */
const BROKEN = new Set([7, 8, 10, 11, 13, 14, 26]);

/**
 * All state, in one SQLite file (WAL).
 *
 * Writes are synchronous and open a transaction that is committed once per turn of the event loop. A commit writes to the
 * log; the fsync that brings it to disk runs beside the event loop, one for all commits that came while another one ran
 * (group commit). Whoever acknowledges something awaits {@link durable} first, so what is acknowledged is as safe as with
 * `synchronous = FULL`, which is the same fsync at the end of each commit. Writes made without an `await` between them are
 * committed together, or not at all.
 *
 * A commit that fails takes other requests' writes with it, and what was computed from them: from then on the store
 * refuses every write, and {@link durable} never resolves again. What is on disk stays good.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #report: (failure: Unwritable) => void;
  readonly #syncLog;
  #log: Promise<FileHandle> | undefined;
  /** Whether this turn's transaction is open. */
  #open = false;
  /** When it, or else the last one before, is on disk. */
  #written: Promise<void> = Promise.resolve();
  #closed = false;
  #failure: Unwritable | undefined;
  #depth = 0;

  /** `report` hears, once, that the state cannot be written any more. */
  constructor(path: string, report: (failure: Unwritable) => void) {
    this.#report = report;
    this.#db = new DatabaseSync(path);
    // NORMAL syncs all that FULL does but the log after a commit, which is done here.
    this.#db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;',
    );
    this.#syncLog = grouped(async () => {
      // Closing has brought everything into the database file.
      if (this.#closed) return;
      this.#log ??= open(`${path}-wal`, 'r');
      await (await this.#log).datasync();
    });
  }

  /** Creates tables and indexes: statements must be `… IF NOT EXISTS`. */
  define(sql: string): void {
    this.#begin();
    this.#db.exec(sql);
  }

  /** Prepares a statement; one that writes opens the turn's transaction. */
  prepare<Row = Record<string, unknown>>(sql: string): Statement<Row> {
    let statement: StatementSync | undefined;
    const prepared = () => {
      statement ??= this.#db.prepare(sql);
      return statement;
    };
    const writes = !/^\s*(SELECT|WITH[\s\S]*\bSELECT)\b/i.test(sql) || /\b(INSERT|UPDATE|DELETE)\b/i.test(sql);
    const carryOut = <T>(work: () => T): T => {
      if (!writes) return work();
      this.#begin();
      try {
        return work();
      } catch (error) {
        throw BROKEN.has(primaryCode(error)) ? this.#fail(error) : error;
      }
    };
    return {
      // SQLite's rows have no static type; the caller states it beside the SQL that shapes it.
      get: (...parameters) => carryOut(() => prepared().get(...parameters) as Row | undefined),
      all: (...parameters) => carryOut(() => prepared().all(...parameters) as Row[]),
      run: (...parameters) => carryOut(() => ({ changes: Number(prepared().run(...parameters).changes) })),
    };
  }

  /** A table of JSON documents. `name` is its table name: letters, digits and underscores. */
  collection<T>(name: string): Collection<T> {
    if (!/^[a-z][a-z0-9_]*$/.test(name))
      throw new Error(`collection name ${name}: use lower-case letters, digits and _`);
    this.define(`CREATE TABLE IF NOT EXISTS ${name} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`);
    const get = this.prepare<{ value: string }>(`SELECT value FROM ${name} WHERE key = ?`);
    const put = this.prepare(
      `INSERT INTO ${name} (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    );
    const remove = this.prepare(`DELETE FROM ${name} WHERE key = ?`);
    const list = this.prepare<{ key: string; value: string }>(
      `SELECT key, value FROM ${name} WHERE key > ? AND key >= ? AND key < ? ORDER BY key LIMIT ?`,
    );
    return {
      get(key) {
        const row = get.get(key);
        return row && JSON.parse(row.value);
      },
      put: (key, value) => void put.run(key, JSON.stringify(value)),
      delete: (key) => remove.run(key).changes > 0,
      list: ({ prefix = '', after = '', limit = -1 } = {}) =>
        list
          .all(after, prefix, `${prefix}\u{10ffff}`, limit)
          .map((row) => ({ key: row.key, value: JSON.parse(row.value) })),
    };
  }

  /** Runs `work` so that its writes are undone when it throws. `work` must be synchronous. */
  atomic<T>(work: () => T): T {
    this.#begin();
    const savepoint = `s${this.#depth++}`;
    this.#db.exec(`SAVEPOINT ${savepoint}`);
    try {
      const result = work();
      this.#db.exec(`RELEASE ${savepoint}`);
      return result;
    } catch (error) {
      if (!this.#failure) this.#db.exec(`ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
      throw error;
    } finally {
      this.#depth--;
    }
  }

  /** Resolves when everything written so far is on disk. @throws Unwritable when it cannot be brought there. */
  durable(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#written;
  }

  /** Runs `work` when everything written so far is on disk; never when it cannot be brought there, which was reported. */
  whenDurable(work: () => void): void {
    this.durable().then(work, () => undefined);
  }

  /** Why nothing can be written any more. */
  get failure(): Unwritable | undefined {
    return this.#failure;
  }

  close(): void {
    if (this.#open && !this.#failure) this.#db.exec('COMMIT');
    this.#open = false;
    this.#closed = true;
    this.#db.close();
    // Waits for the fsync that may be under way. Whoever waits for that has heard when the log could not be opened.
    this.#log?.then(
      (log) => log.close(),
      () => undefined,
    );
  }

  #begin(): void {
    if (this.#failure) throw this.#failure;
    if (this.#open) return;
    this.#db.exec('BEGIN');
    this.#open = true;
    this.#written = new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#commit());
    // Who waits for it hears of a failure; nobody may be waiting.
    this.#written.catch(() => undefined);
  }

  async #commit(): Promise<void> {
    if (this.#failure) throw this.#failure;
    if (!this.#open) return;
    this.#open = false;
    try {
      this.#db.exec('COMMIT');
      await this.#syncLog();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #fail(error: unknown): Unwritable {
    if (this.#failure) return this.#failure;
    this.#failure = new Unwritable(error);
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    this.#report(this.#failure);
    return this.#failure;
  }
}

/** SQLite's result code without its extension. */
function primaryCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}
