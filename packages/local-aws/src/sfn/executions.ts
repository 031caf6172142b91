import type { Store } from '../kernel/store.ts';
import type { Definition } from './definition/definition.ts';
import type { Frame } from './interpreter/frame.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Execution {
  arn: string;
  machineArn: string;
  name: string;
  status: ExecutionStatus;
  /** JSON text. */
  input: string;
  output?: string;
  error?: string;
  cause?: string;
  /** Milliseconds since the epoch. */
  startDate: number;
  stopDate?: number;
  /** As it was at the start: an update of the machine doesn't touch executions that run. */
  definition: Definition;
  definitionText: string;
  roleArn: string;
  machineName: string;
}

interface DocumentRow {
  data: string;
}

/** Executions and the frames of those that run. */
export class Executions {
  readonly #put;
  readonly #get;
  readonly #list;
  readonly #running;
  readonly #deleteOf;
  readonly #putFrame;
  readonly #getFrame;
  readonly #deleteFrame;
  readonly #framesOf;
  readonly #framesInPhase;

  constructor(store: Store) {
    store.define(`CREATE TABLE IF NOT EXISTS sfn_executions (
        arn TEXT PRIMARY KEY, machine TEXT NOT NULL, status TEXT NOT NULL, started INTEGER NOT NULL, data TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS sfn_executions_of ON sfn_executions (machine, started);
      CREATE TABLE IF NOT EXISTS sfn_frames (
        id TEXT PRIMARY KEY, execution TEXT NOT NULL, phase TEXT NOT NULL, data TEXT NOT NULL);
      CREATE INDEX IF NOT EXISTS sfn_frames_of ON sfn_frames (execution);
      CREATE INDEX IF NOT EXISTS sfn_frames_in ON sfn_frames (phase)`);
    this.#put = store.prepare(
      'INSERT INTO sfn_executions (arn, machine, status, started, data) VALUES (?, ?, ?, ?, ?) ON CONFLICT (arn) DO UPDATE SET status = excluded.status, data = excluded.data',
    );
    this.#get = store.prepare<DocumentRow>('SELECT data FROM sfn_executions WHERE arn = ?');
    this.#list = store.prepare<DocumentRow>(
      `SELECT data FROM sfn_executions WHERE machine = ? AND status LIKE ? ORDER BY started DESC, rowid DESC LIMIT ? OFFSET ?`,
    );
    this.#running = store.prepare<{ n: number }>(
      `SELECT COUNT(*) AS n FROM sfn_executions WHERE machine = ? AND status = 'RUNNING'`,
    );
    this.#deleteOf = store.prepare('DELETE FROM sfn_executions WHERE machine = ?');
    this.#putFrame = store.prepare(
      'INSERT INTO sfn_frames (id, execution, phase, data) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET phase = excluded.phase, data = excluded.data',
    );
    this.#getFrame = store.prepare<DocumentRow>('SELECT data FROM sfn_frames WHERE id = ?');
    this.#deleteFrame = store.prepare('DELETE FROM sfn_frames WHERE id = ?');
    this.#framesOf = store.prepare<DocumentRow>('SELECT data FROM sfn_frames WHERE execution = ?');
    this.#framesInPhase = store.prepare<DocumentRow>('SELECT data FROM sfn_frames WHERE phase = ?');
  }

  put(execution: Execution): void {
    const { arn, machineArn, status, startDate } = execution;
    this.#put.run(arn, machineArn, status, startDate, JSON.stringify(execution));
  }

  get(arn: string): Execution | undefined {
    const row = this.#get.get(arn);
    return row && JSON.parse(row.data);
  }

  /** Newest first. */
  list(machineArn: string, status: string | undefined, limit: number, offset: number): Execution[] {
    return this.#list.all(machineArn, status ?? '%', limit, offset).map((row) => JSON.parse(row.data));
  }

  running(machineArn: string): number {
    return this.#running.get(machineArn)?.n ?? 0;
  }

  deleteOf(machineArn: string): void {
    this.#deleteOf.run(machineArn);
  }

  putFrame(frame: Frame): void {
    this.#putFrame.run(frame.id, frame.executionArn, frame.phase, JSON.stringify(frame));
  }

  frame(id: string): Frame | undefined {
    const row = this.#getFrame.get(id);
    return row && JSON.parse(row.data);
  }

  deleteFrame(id: string): void {
    this.#deleteFrame.run(id);
  }

  framesOf(executionArn: string): Frame[] {
    return this.#framesOf.all(executionArn).map((row) => JSON.parse(row.data));
  }

  framesInPhase(phase: Frame['phase']): Frame[] {
    return this.#framesInPhase.all(phase).map((row) => JSON.parse(row.data));
  }
}
