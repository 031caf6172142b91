import type { SecondaryStatus, TrainingJobStatus } from '@aws-sdk/client-sagemaker';
import { announceEnd, type Jobs, type TrainingJob } from './jobs.ts';
import { describeTrainingJob } from './training-describe.ts';

const MESSAGES: Partial<Record<SecondaryStatus, string>> = {
  Starting: 'Preparing the instances for training',
  Downloading: 'Downloading input data',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Completed: 'Training job completed',
  Interrupted: 'Training job interrupted; it will be started again',
  Stopping: 'Stopping the training job',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
};

const END: readonly TrainingJobStatus[] = ['Completed', 'Failed', 'Stopped'];

/**
 * Stores a training job's next status and says `SageMaker Training Job State Change`. A job that is being stopped stays
 * `Stopping` through what is left to be done.
 */
export function advanceTraining(
  jobs: Jobs,
  name: string,
  secondary: SecondaryStatus,
  changes: Partial<TrainingJob> = {},
): void {
  const { kernel, training } = jobs;
  const job = training.get(name);
  if (!job) return;
  const now = kernel.clock.now();
  const message = changes.failureReason ?? MESSAGES[secondary];
  const transitions = job.transitions.map((transition) => ({ end: now, ...transition }));
  const next: TrainingJob = {
    ...job,
    secondary,
    ...changes,
    lastModifiedTime: now,
    transitions: [...transitions, { status: secondary, start: now, ...(message !== undefined && { message }) }],
  };
  training.put(name, next);
  emit(jobs, next);
  if (END.includes(next.status)) announceEnd(jobs, next.arn);
}

/** PascalCase like DescribeTrainingJob; times in epoch milliseconds ("Training job state change"). */
function emit({ kernel, tags }: Jobs, job: TrainingJob): void {
  const described = describeTrainingJob(job);
  const detail = JSON.parse(
    JSON.stringify(described, function replace(this: Record<string, unknown>, key, value: unknown) {
      const original = this[key];
      return original instanceof Date ? original.getTime() : value;
    }),
  );
  const labels = Object.fromEntries(tags.get(job.arn).map(({ Key = '', Value = '' }) => [Key, Value]));
  kernel.emitEvent({
    source: 'aws.sagemaker',
    detailType: 'SageMaker Training Job State Change',
    resources: [job.arn],
    detail: { ...detail, Tags: labels },
  });
}
