import { messageOf } from '../../kernel/errors.ts';
import { type Container, createContainer, removeContainer } from './container.ts';
import { algorithmError, failureReason, JobFailure } from './job-failure.ts';
import type { ProcessEnd } from './job-process.ts';
import { announceEnd, type JobKind, type Jobs, type JobTask, type ProcessingJob } from './jobs.ts';
import { runProcessing } from './processing-run.ts';
import { runTraining } from './training-run.ts';
import { advanceTraining } from './training-status.ts';

/**
 * Runs a job that was created. One that a restart of the embedded AWS interrupted is run again from its start, a training
 * job from its last checkpoint in S3, as AWS does when an instance is taken away.
 */
export async function runJob(jobs: Jobs, { kind, name }: JobTask): Promise<{ again: number } | undefined> {
  const job = jobs[kind].get(name);
  if (job?.status !== 'InProgress') {
    // A crash may have come before its container was removed.
    await removeContainer(jobs.kernel, kind, name);
    if (job?.status === 'Stopping') finish(jobs, kind, name, { exitCode: null, stopped: 'stopped' });
    return;
  }
  const controller = new AbortController();
  jobs.running.set(job.arn, controller);
  let container: Container | undefined;
  try {
    container = await createContainer(jobs.kernel, kind, name);
    const end =
      kind === 'training'
        ? await train(jobs, name, container, controller.signal)
        : await processData(jobs, name, container, controller.signal);
    if (jobs.closing) return { again: jobs.kernel.clock.now() };
    finish(jobs, kind, name, end, await exitMessage(kind, container));
  } catch (error) {
    if (jobs.closing) return { again: jobs.kernel.clock.now() };
    if (!(error instanceof JobFailure)) jobs.kernel.report(`the ${kind} job ${name} met a fault of ours`, error);
    const reason = error instanceof JobFailure ? error.message : `InternalServerError: ${messageOf(error)}`;
    fail(jobs, kind, name, reason, container && (await exitMessage(kind, container)));
  } finally {
    jobs.running.delete(job.arn);
    if (!jobs.closing) await container?.remove();
  }
  return;
}

async function train(jobs: Jobs, name: string, container: Container, stop: AbortSignal): Promise<ProcessEnd> {
  const job = jobs.training.get(name);
  if (!job) throw new Error(`the training job ${name} is gone`);
  if (job.secondary !== 'Starting') {
    advanceTraining(jobs, name, 'Interrupted');
    advanceTraining(jobs, name, 'Starting');
  }
  return runTraining(jobs, job, container, stop);
}

async function processData(jobs: Jobs, name: string, container: Container, stop: AbortSignal): Promise<ProcessEnd> {
  const job = jobs.processing.get(name);
  if (!job) throw new Error(`the processing job ${name} is gone`);
  const now = jobs.kernel.clock.now();
  const started: ProcessingJob = { ...job, startTime: job.startTime ?? now, lastModifiedTime: now };
  jobs.processing.put(name, started);
  return runProcessing(jobs, started, container, stop);
}

function finish(
  jobs: Jobs,
  kind: JobKind,
  name: string,
  { exitCode, stopped }: ProcessEnd,
  message?: string,
): undefined {
  if (kind === 'training') {
    const endTime = jobs.kernel.clock.now();
    if (stopped === 'max-runtime') advanceTraining(jobs, name, 'MaxRuntimeExceeded', { status: 'Stopped', endTime });
    else if (stopped === 'stopped') advanceTraining(jobs, name, 'Stopped', { status: 'Stopped', endTime });
    else advanceTraining(jobs, name, 'Completed', { status: 'Completed', endTime });
    return;
  }
  if (stopped === 'max-runtime')
    return fail(jobs, kind, name, 'ClientError: The job ran longer than its MaxRuntimeInSeconds.', message);
  if (stopped === 'stopped') return endProcessing(jobs, name, { status: 'Stopped' }, message);
  if (exitCode === 0) return endProcessing(jobs, name, { status: 'Completed' }, message);
  return fail(jobs, kind, name, algorithmError(message, exitCode), message);
}

function fail(jobs: Jobs, kind: JobKind, name: string, reason: string, message?: string): undefined {
  const failed = { status: 'Failed' as const, failureReason: failureReason(reason) };
  if (kind === 'training') advanceTraining(jobs, name, 'Failed', { ...failed, endTime: jobs.kernel.clock.now() });
  else endProcessing(jobs, name, failed, message);
}

function endProcessing(jobs: Jobs, name: string, end: Partial<ProcessingJob>, message?: string): undefined {
  const job = jobs.processing.get(name);
  if (!job) return;
  const now = jobs.kernel.clock.now();
  const exit = message === undefined ? {} : { exitMessage: message };
  jobs.processing.put(name, { ...job, ...end, ...exit, endTime: now, lastModifiedTime: now });
  announceEnd(jobs, job.arn);
}

/** What a processing job leaves in `/opt/ml/output/message` (or, as training jobs do, `failure`): at most 1 KB. */
async function exitMessage(kind: JobKind, container: Container): Promise<string | undefined> {
  if (kind === 'training') return undefined;
  const text = (await container.read('/opt/ml/output/message')) ?? (await container.read('/opt/ml/output/failure'));
  return text?.slice(0, 1024);
}
