import { z } from 'zod';
import type { Execution, ExecutionStatus } from '../records.ts';
import { TERMINAL } from '../records.ts';
import type { Jobs } from './jobs.ts';
import { notifyThing } from './notify.ts';
import { end } from './rollout.ts';

/** A request of a device that is refused, in the words of the Jobs MQTT API (`…/rejected`). */
export class JobRequestError extends Error {
  readonly code:
    | 'InvalidRequest'
    | 'InvalidJson'
    | 'InvalidStateTransition'
    | 'ResourceNotFound'
    | 'VersionMismatch'
    | 'InvalidTopic';

  constructor(code: JobRequestError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** What a device may say of an execution (`UpdateJobExecution`). */
export const updateSchema = z.object({
  status: z.enum(['IN_PROGRESS', 'SUCCEEDED', 'FAILED', 'REJECTED']),
  statusDetails: z.record(z.string(), z.string().max(1024)).optional(),
  expectedVersion: z.number().int().optional(),
  includeJobExecutionState: z.boolean().optional(),
  includeJobDocument: z.boolean().optional(),
});
export type ExecutionUpdate = z.infer<typeof updateSchema>;

export function updateExecution(jobs: Jobs, execution: Execution, update: ExecutionUpdate): Execution {
  if (TERMINAL.includes(execution.status))
    throw new JobRequestError(
      'InvalidStateTransition',
      `the execution of ${execution.jobId} on ${execution.thing} has ended: ${execution.status}`,
    );
  if (update.expectedVersion !== undefined && update.expectedVersion !== execution.version)
    throw new JobRequestError('VersionMismatch', `the execution's version is ${execution.version}`);
  const statusDetails = update.statusDetails ?? execution.statusDetails;
  if (update.status !== 'IN_PROGRESS') return end(jobs, execution, update.status, statusDetails);
  return begin(jobs, { ...execution, statusDetails });
}

/** Marks an execution as in progress; the first time, its clock begins to run. */
function begin(jobs: Jobs, execution: Execution): Execution {
  const { jobId, thing } = execution;
  const now = jobs.kernel.clock.now();
  const job = jobs.records.get(jobId);
  const status: ExecutionStatus = 'IN_PROGRESS';
  const begun = {
    ...execution,
    status,
    started: execution.started ?? now,
    modified: now,
    version: execution.version + 1,
  };
  jobs.save(begun);
  if (execution.status === 'IN_PROGRESS' || !job) return begun;
  if (job.timeout !== undefined)
    jobs.kernel.outbox.add(
      'iot:timeout',
      { jobId, thing },
      { id: `iot:timeout:${jobId}:${thing}`, at: now + job.timeout * 60_000 },
    );
  notifyThing(jobs, thing, job.namespace);
  if (job.namespace === 'aws-gg-deployment') jobs.kernel.outbox.add('greengrassv2:execution', { jobId, thing });
  return begun;
}
