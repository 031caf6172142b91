import type { Outcome } from '../../kernel/outbox.ts';
import { type Execution, type Job, type Rollout, TERMINAL } from '../records.ts';
import type { Jobs } from './jobs.ts';
import { notifyThing } from './notify.ts';

const MINUTE = 60_000;

interface RolloutTask {
  jobId: string;
}

/** Registers the work that happens by itself: handing jobs out step by step, and ending executions that take too long. */
export function handleJobTasks(jobs: Jobs): void {
  jobs.kernel.outbox.handle<RolloutTask>('iot:rollout', ({ jobId }) => handOut(jobs, jobId));
  jobs.kernel.outbox.handle<{ jobId: string; thing: string }>('iot:timeout', ({ jobId, thing }) => {
    const execution = jobs.execution(jobId, thing);
    if (execution?.status === 'IN_PROGRESS') end(jobs, execution, 'TIMED_OUT');
  });
}

/** Starts handing a job out, or goes on with the things that have come to its targets. */
export function roll(jobs: Jobs, jobId: string): void {
  jobs.kernel.outbox.add('iot:rollout', { jobId }, { id: `iot:rollout:${jobId}` });
}

/** Makes executions for as many waiting things as the rate allows for a minute. */
function handOut(jobs: Jobs, jobId: string): Outcome<RolloutTask> {
  const job = jobs.records.get(jobId);
  if (job?.status !== 'IN_PROGRESS' || job.pending.length === 0) return;
  const now = jobs.kernel.clock.now();
  const rate = currentRate(job.rollout, jobs.ofJob(jobId));
  const batch = job.pending.slice(0, rate);
  const pending = job.pending.slice(rate);
  jobs.records.put(jobId, { ...job, pending });
  for (const thing of batch) {
    jobs.save({ jobId, thing, status: 'QUEUED', statusDetails: {}, queued: now, modified: now, version: 1 });
    notifyThing(jobs, thing, job.namespace);
    told(jobs, job, thing);
  }
  if (pending.length > 0) return { again: now + MINUTE };
}

/** Things per minute now ("Job rollout configurations"). */
export function currentRate({ maximumPerMinute, exponential }: Rollout, executions: Execution[]): number {
  if (!exponential) return maximumPerMinute;
  const { base, factor, every, counting } = exponential;
  const counted =
    counting === 'notified' ? executions.length : executions.filter(({ status }) => status === 'SUCCEEDED').length;
  return Math.max(1, Math.min(maximumPerMinute, Math.floor(base * factor ** Math.floor(counted / every))));
}

/** Ends an execution, and the job with it when that was the last one or one too many that failed. */
export function end(
  jobs: Jobs,
  execution: Execution,
  status: Execution['status'],
  statusDetails: Record<string, string> = execution.statusDetails,
): Execution {
  const { jobId, thing } = execution;
  const ended = {
    ...execution,
    status,
    statusDetails,
    modified: jobs.kernel.clock.now(),
    version: execution.version + 1,
  };
  jobs.save(ended);
  jobs.kernel.outbox.cancel(`iot:timeout:${jobId}:${thing}`);
  const job = jobs.records.get(jobId);
  if (!job) return ended;
  told(jobs, job, thing);
  notifyThing(jobs, thing, job.namespace);
  if (job.status === 'IN_PROGRESS') {
    if (mustAbort(job, jobs.ofJob(jobId))) cancelJob(jobs, job, { reasonCode: 'ABORT_CONFIG', force: false });
    else completeJob(jobs, job);
  }
  return ended;
}

/** Cancels a job: what is queued, and with `force` what is in progress too. */
export function cancelJob(
  jobs: Jobs,
  job: Job,
  options: { reasonCode?: string; comment?: string; force: boolean },
): void {
  const now = jobs.kernel.clock.now();
  const { reasonCode, comment, force } = options;
  jobs.records.put(job.id, {
    ...job,
    status: 'CANCELED',
    pending: [],
    reasonCode,
    comment,
    modified: now,
    completed: now,
  });
  for (const execution of jobs.ofJob(job.id))
    if (execution.status === 'QUEUED' || (force && execution.status === 'IN_PROGRESS'))
      end(jobs, execution, 'CANCELED');
}

/** "Job abort configurations": enough have been executed, and too many of them failed. */
function mustAbort(job: Job, executions: Execution[]): boolean {
  const executed = executions.filter(({ status }) => TERMINAL.includes(status) && status !== 'CANCELED');
  return job.abort.some(({ failureType, threshold, minimum }) => {
    const failed = executed.filter(({ status }) =>
      failureType === 'ALL' ? status !== 'SUCCEEDED' : status === failureType,
    );
    return executed.length >= minimum && failed.length > 0 && (failed.length / executed.length) * 100 >= threshold;
  });
}

/** A snapshot job is complete when its last execution has ended; a continuous one waits for newcomers. */
function completeJob(jobs: Jobs, job: Job): void {
  if (job.continuous || job.pending.length > 0) return;
  if (jobs.ofJob(job.id).some(({ status }) => !TERMINAL.includes(status))) return;
  const now = jobs.kernel.clock.now();
  jobs.records.put(job.id, { ...job, status: 'COMPLETED', modified: now, completed: now });
}

/** Lets the service that made the job follow its executions, when it has asked to. */
function told(jobs: Jobs, job: Job, thing: string): void {
  if (job.namespace === 'aws-gg-deployment') jobs.kernel.outbox.add('greengrassv2:execution', { jobId: job.id, thing });
}
