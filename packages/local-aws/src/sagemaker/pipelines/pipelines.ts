import type {
  ParallelismConfiguration,
  PipelineExecutionStatus,
  PipelineExecutionStepMetadata,
  StepStatus,
} from '@aws-sdk/client-sagemaker';
import { nameIn } from '../../kernel/arn.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Collection } from '../../kernel/store.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { Tags } from '../tagging/tags.ts';
import type { StepType } from './definition.ts';

export interface Pipeline {
  name: string;
  arn: string;
  displayName?: string;
  description?: string;
  /** The definition document as it was given. */
  definition: string;
  roleArn: string;
  parallelism?: ParallelismConfiguration;
  /** Milliseconds since the epoch, as all times here. */
  creationTime: number;
  lastModifiedTime: number;
  lastRunTime?: number;
  createdBy: string;
  version: number;
}

export interface StepState {
  name: string;
  type: StepType;
  status: StepStatus;
  start: number;
  end?: number;
  failureReason?: string;
  metadata: PipelineExecutionStepMetadata;
  /** Of the job that was made for it. */
  jobName?: string;
  attempt: number;
  /** Digest of the resolved arguments, where caching is on. */
  cacheKey?: string;
  /** The execution whose result was taken. */
  cacheHit?: string;
}

export interface Execution {
  id: string;
  arn: string;
  pipeline: string;
  pipelineArn: string;
  displayName?: string;
  description?: string;
  definition: string;
  roleArn: string;
  /** As given, without the defaults. */
  parameters: Record<string, string>;
  parallelism?: ParallelismConfiguration;
  status: PipelineExecutionStatus;
  failureReason?: string;
  startTime: number;
  endTime?: number;
  lastModifiedTime: number;
  createdBy: string;
  /** 1, and one more for each retry. */
  attempt: number;
  /** Steps that have begun, by name. */
  steps: Record<string, StepState>;
}

/** SageMaker Pipelines. */
export interface Pipelines {
  kernel: Kernel;
  tags: Tags;
  jobs: Jobs;
  pipelines: Collection<Pipeline>;
  /** By `<pipeline>/<id>`. */
  executions: Collection<Execution>;
  /** Executions by pipeline and client request token. */
  tokens: Collection<{ arn: string }>;
  /** Executions (keys) that wait for a job, by the job's ARN. */
  waiting: Collection<{ execution: string }>;
}

export const ADVANCE_TASK = 'sagemaker:pipeline';

export function createPipelines(kernel: Kernel, tags: Tags, jobs: Jobs): Pipelines {
  const pipelines: Pipelines = {
    kernel,
    tags,
    jobs,
    pipelines: kernel.store.collection('sagemaker_pipelines'),
    executions: kernel.store.collection('sagemaker_pipeline_executions'),
    tokens: kernel.store.collection('sagemaker_pipeline_tokens'),
    waiting: kernel.store.collection('sagemaker_pipeline_waiting'),
  };
  jobs.onEnd.push((arn) => {
    const waiting = pipelines.waiting.get(arn);
    if (waiting) advanceSoon(pipelines, waiting.execution);
    pipelines.waiting.delete(arn);
  });
  return pipelines;
}

export const executionKey = ({ pipeline, id }: Pick<Execution, 'pipeline' | 'id'>) => `${pipeline}/${id}`;

/** Lets an execution take its next steps; one run at a time for each. */
export function advanceSoon({ kernel }: Pipelines, key: string): void {
  kernel.outbox.add(ADVANCE_TASK, { key }, { id: `${ADVANCE_TASK}:${key}` });
}

/** The pipeline of this name or ARN. */
export function requirePipeline({ pipelines, kernel }: Pipelines, nameOrArn: string | undefined): Pipeline {
  const name = nameIn(kernel, nameOrArn, 'sagemaker', 'pipeline/') ?? nameOrArn ?? '';
  const lower = name.toLowerCase();
  const found = pipelines.get(name) ?? pipelines.list().find(({ value }) => value.name.toLowerCase() === lower)?.value;
  if (!found)
    throw new AwsError(
      'ResourceNotFound',
      `Pipeline '${kernel.arn('sagemaker', `pipeline/${lower}`)}' does not exist.`,
    );
  return found;
}

/** The execution of this ARN. */
export function requireExecution({ executions }: Pipelines, arn = ''): Execution {
  const [, pipeline, id] = /:pipeline\/([^/]+)\/execution\/([a-z0-9]{12})$/.exec(arn) ?? [];
  // ARNs have names in lower case; the name itself may have others.
  const found =
    executions.get(`${pipeline}/${id}`) ??
    (id === undefined ? undefined : executions.list().find(({ value }) => value.arn === arn)?.value);
  if (found?.arn !== arn) throw new AwsError('ResourceNotFound', `Pipeline execution '${arn}' does not exist.`);
  return found;
}
