import type { Kernel } from '../../kernel/kernel.ts';
import type { Collection } from '../../kernel/store.ts';
import type { Execution, Job } from '../records.ts';

export interface JobsOptions {
  publish(topic: string, payload: unknown): void;
  membersOf(group: string): string[];
}

/** Jobs and their executions, in the store: a device that connects finds what it has missed. */
export interface Jobs extends JobsOptions {
  kernel: Kernel;
  records: Collection<Job>;
  execution(jobId: string, thing: string): Execution | undefined;
  /** All executions of a job, oldest first. */
  ofJob(jobId: string): Execution[];
  /** A thing's executions that have not ended, oldest first. */
  openOf(thing: string): Execution[];
  ofThing(thing: string): Execution[];
  save(execution: Execution): void;
}

interface Row {
  value: string;
}

export function createJobs(kernel: Kernel, options: JobsOptions): Jobs {
  const { store } = kernel;
  store.define(`CREATE TABLE IF NOT EXISTS iot_executions (
    job TEXT NOT NULL, thing TEXT NOT NULL, open INTEGER NOT NULL, queued INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (job, thing));
    CREATE INDEX IF NOT EXISTS iot_executions_of_thing ON iot_executions (thing, open, queued)`);
  const one = store.prepare<Row>('SELECT value FROM iot_executions WHERE job = ? AND thing = ?');
  const ofJob = store.prepare<Row>('SELECT value FROM iot_executions WHERE job = ? ORDER BY queued, rowid');
  const ofThing = store.prepare<Row>('SELECT value FROM iot_executions WHERE thing = ? ORDER BY queued, rowid');
  const openOf = store.prepare<Row>(
    'SELECT value FROM iot_executions WHERE thing = ? AND open = 1 ORDER BY queued, rowid',
  );
  const save = store.prepare(
    `INSERT INTO iot_executions (job, thing, open, queued, value) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (job, thing) DO UPDATE SET open = excluded.open, value = excluded.value`,
  );
  const read = (row: Row): Execution => JSON.parse(row.value);
  return {
    ...options,
    kernel,
    records: store.collection<Job>('iot_jobs'),
    execution(jobId, thing) {
      const row = one.get(jobId, thing);
      return row && read(row);
    },
    ofJob: (jobId) => ofJob.all(jobId).map(read),
    ofThing: (thing) => ofThing.all(thing).map(read),
    openOf: (thing) => openOf.all(thing).map(read),
    save(execution) {
      const open = execution.status === 'QUEUED' || execution.status === 'IN_PROGRESS' ? 1 : 0;
      save.run(execution.jobId, execution.thing, open, execution.queued, JSON.stringify(execution));
    },
  };
}
