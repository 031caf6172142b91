import type { CreateLabelingJobRequest, LabelingJobStatus, Tag } from '@aws-sdk/client-sagemaker';
import type { WorkerTemplate } from './template.ts';

export type TaskKind = 'BoundingBox' | 'VerificationBoundingBox';

/** A labeling job as it is kept. */
export interface Job {
  name: string;
  arn: string;
  /** What CreateLabelingJob was given. */
  request: CreateLabelingJobRequest;
  kind: TaskKind;
  /** The workers' team as the worker API names it. */
  team: string;
  status: LabelingJobStatus;
  failureReason?: string;
  referenceCode: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  modifiedAt: number;
  tags: Tag[];
  /** Known once the job has begun. */
  categories: string[];
  template?: WorkerTemplate;
  /** True while a rewriting of the output manifest is due. */
  manifestDue?: boolean;
}

/** A manifest's line. */
export type ManifestLine = { [name: string]: unknown };

export type ObjectStatus =
  /** Not yet given out. */
  | 'waiting'
  /** Workers may answer. */
  | 'open'
  | 'labeled'
  | 'failed'
  /** The job ended before. */
  | 'unlabeled';

/** One data object of a job: the task that workers answer, and what came of it. */
export interface DataObject {
  id: string;
  job: string;
  /** Its line in the input manifest, from 0. */
  index: number;
  team: string;
  status: ObjectStatus;
  /** How many workers are to answer. */
  needed: number;
  /** When the task was given out and when it is taken back (ms since the epoch); 0 while waiting. */
  openedAt: number;
  expiresAt: number;
  line: ManifestLine;
  failureReason?: string;
  /** The label and its metadata, as they stand in the output manifest. */
  label?: { value: unknown; metadata: Record<string, unknown> };
  labeledAt?: number;
  /** True once its worker-response file is in S3. */
  responseWritten?: boolean;
}

/** A worker's part in a task. */
export interface Answer {
  task: string;
  worker: string;
  acceptedAt: number;
  /** Until when the worker may answer. */
  dueAt: number;
  submittedAt?: number;
  /** The output of the template's form. */
  content?: Record<string, unknown>;
}

export const hasEnded = ({ status }: Pick<Job, 'status'>): boolean =>
  status === 'Completed' || status === 'Failed' || status === 'Stopped';
