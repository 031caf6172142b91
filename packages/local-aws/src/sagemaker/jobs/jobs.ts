import type {
  CreateProcessingJobRequest,
  CreateTrainingJobRequest,
  ProcessingJobStatus,
  SecondaryStatus,
  TrainingJobStatus,
} from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Collection } from '../../kernel/store.ts';
import type { Tags } from '../tagging/tags.ts';
import type { Metric } from './metrics.ts';

interface Job<Input> {
  name: string;
  arn: string;
  input: Input;
  /** Milliseconds since the epoch, as all times here. */
  creationTime: number;
  lastModifiedTime: number;
  startTime?: number;
  endTime?: number;
  failureReason?: string;
}

export interface ProcessingJob extends Job<CreateProcessingJobRequest> {
  status: ProcessingJobStatus;
  exitMessage?: string;
}

export interface Transition {
  status: SecondaryStatus;
  start: number;
  end?: number;
  message?: string;
}

export interface TrainingJob extends Job<CreateTrainingJobRequest> {
  status: TrainingJobStatus;
  secondary: SecondaryStatus;
  transitions: Transition[];
  metrics: Metric[];
  modelUri?: string;
}

export type JobKind = 'training' | 'processing';

/** SageMaker's training and processing jobs. */
export interface Jobs {
  kernel: Kernel;
  tags: Tags;
  training: Collection<TrainingJob>;
  processing: Collection<ProcessingJob>;
  /** Stops the jobs that run now, by ARN. */
  running: Map<string, AbortController>;
  /** Heard in the same turn in which a job's end is stored. */
  onEnd: ((arn: string) => void)[];
  /** The embedded AWS stops: what runs is interrupted and taken up by the next start. */
  closing: boolean;
}

export const JOB_TASK = 'sagemaker:job';
export interface JobTask {
  kind: JobKind;
  name: string;
}

export function createJobs(kernel: Kernel, tags: Tags): Jobs {
  return {
    kernel,
    tags,
    training: kernel.store.collection('sagemaker_training_jobs'),
    processing: kernel.store.collection('sagemaker_processing_jobs'),
    running: new Map(),
    onEnd: [],
    closing: false,
  };
}

/** Tells those who wait that a job has ended; in the turn that stores it. */
export function announceEnd(jobs: Jobs, arn: string): void {
  for (const listener of jobs.onEnd) listener(arn);
}

export function requireTrainingJob({ training }: Jobs, name: string | undefined): TrainingJob {
  const found = training.get(name ?? '');
  if (!found) throw new AwsError('ValidationException', 'Requested resource not found.');
  return found;
}

export function requireProcessingJob({ processing, kernel }: Jobs, name: string | undefined): ProcessingJob {
  const found = processing.get(name ?? '');
  if (!found)
    throw new AwsError('ValidationException', `Could not find requested job with name: ${name} in ${kernel.region}`);
  return found;
}

const NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/;

/** A job's name as SageMaker accepts it. */
export function checkName(field: string, name: string): void {
  if (!NAME.test(name))
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${name}' at '${field}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME.source.slice(1, -1)}`,
    );
}

/** What would have to be pretended is refused at once. */
export function unsupported(what: string): AwsError {
  return new AwsError('ValidationException', `${what} is not supported by this endpoint.`);
}
