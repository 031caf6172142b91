import { renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Decision } from './authorization/evaluate.ts';
import type { Need } from './authorization/permission.ts';
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

/** How often a caller called an operation. */
export interface CallCount extends Pick<Call, 'callerArn' | 'service' | 'operation'> {
  calls: number;
}

/** A statement that allowed an action, at least once. */
export interface UsedPermission {
  /** The ARN of the role or resource that has the policy. */
  holder: string;
  policy: string;
  /** The statement's digest: a statement that was changed has not been used yet. */
  statement: string;
  action: string;
  /** Milliseconds since the epoch, of the first time. */
  at: number;
  /** What it was first needed for. */
  resource: string;
}

/**
 * Every call with its caller. A journal to look things up in, not state: in a file of its own that is not synced, so that
 * reads cost no fsync. One that a power cut has damaged is put aside and begun anew.
 */
export class CallLog {
  readonly #db: DatabaseSync;
  readonly #insert;
  readonly #use;
  /** What was written already; a call that needs nothing new costs a look into this set. */
  readonly #used = new Set<string>();

  constructor(path: string, report: (message: string) => void) {
    this.#db = open(path, report);
    this.#use = this.#db.prepare('INSERT OR IGNORE INTO used_permissions VALUES (?, ?, ?, ?, ?, ?)');
    this.#insert = this.#db.prepare('INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  }

  record(call: Omit<Call, 'callerArn'> & { caller: Caller }): void {
    const { at, requestId, service, operation, caller, status, error, milliseconds } = call;
    this.#insert.run(at, requestId, service, operation, caller.arn, status, error ?? null, milliseconds);
  }

  /** Keeps which statement allowed an action, the first time that it did. */
  recordDecision(at: number, caller: Caller, { action, resource }: Need, decision: Decision): void {
    if (!decision.allowed || caller.kind === 'administrator') return;
    const { held, statement } = decision.by;
    const key = `${held.holder}\n${held.name}\n${statement.digest}\n${action}`;
    if (this.#used.has(key)) return;
    this.#use.run(held.holder, held.name, statement.digest, action, at, resource);
    this.#used.add(key);
  }

  /** The statements that ever allowed something. */
  usedPermissions(): UsedPermission[] {
    const rows = this.#db.prepare('SELECT * FROM used_permissions ORDER BY holder, policy, statement, action').all();
    return rows.map((row) => ({
      holder: String(row.holder),
      policy: String(row.policy),
      statement: String(row.statement),
      action: String(row.action),
      at: Number(row.at),
      resource: String(row.resource),
    }));
  }

  /** The calls that IAM denied, by caller and operation. */
  denials(): (CallCount & { last: string })[] {
    const rows = this.#db
      .prepare(
        `SELECT caller, service, operation, COUNT(*) AS calls, MAX(at) AS last FROM calls
         WHERE error IN ('AccessDenied', 'AccessDeniedException') GROUP BY caller, service, operation ORDER BY last DESC`,
      )
      .all();
    return rows.map((row) => ({ ...countOf(row), last: new Date(Number(row.last)).toISOString() }));
  }

  /** How often each caller called what, and how many of those calls failed. */
  summary(): (CallCount & { failed: number })[] {
    const rows = this.#db
      .prepare(
        `SELECT caller, service, operation, COUNT(*) AS calls, SUM(error IS NOT NULL) AS failed
         FROM calls GROUP BY caller, service, operation ORDER BY caller, service, operation`,
      )
      .all();
    return rows.map((row) => ({ ...countOf(row), failed: Number(row.failed) }));
  }

  close(): void {
    this.#db.close();
  }
}

function countOf(row: Record<string, unknown>): CallCount {
  const { caller, service, operation, calls } = row;
  return { callerArn: String(caller), service: String(service), operation: String(operation), calls: Number(calls) };
}

function open(path: string, report: (message: string) => void): DatabaseSync {
  const db = new DatabaseSync(path);
  try {
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
      CREATE TABLE IF NOT EXISTS calls (at INTEGER, request_id TEXT, service TEXT, operation TEXT, caller TEXT, status INTEGER, error TEXT, ms REAL);
      CREATE INDEX IF NOT EXISTS calls_by_caller ON calls (caller, service, operation);
      CREATE TABLE IF NOT EXISTS used_permissions (holder TEXT, policy TEXT, statement TEXT, action TEXT, at INTEGER, resource TEXT,
        PRIMARY KEY (holder, policy, statement, action)) WITHOUT ROWID`);
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
