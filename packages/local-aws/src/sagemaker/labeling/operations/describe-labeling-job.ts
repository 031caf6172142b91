import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import type { Job } from '../job.ts';
import type { JobTable } from '../job-table.ts';
import type { LabelingState } from '../labeling.ts';
import { manifestUri } from '../output.ts';

export const describeLabelingJob: Operation<'sagemaker', 'DescribeLabelingJob', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling: { table } },
) => {
  const job = jobNamed(table, input.LabelingJobName);
  const { request } = job;
  return {
    LabelingJobStatus: job.status,
    LabelCounters: counters(table, job),
    FailureReason: job.failureReason,
    CreationTime: new Date(job.createdAt),
    LastModifiedTime: new Date(job.modifiedAt),
    JobReferenceCode: job.referenceCode,
    LabelingJobName: job.name,
    LabelingJobArn: job.arn,
    LabelAttributeName: request.LabelAttributeName,
    InputConfig: request.InputConfig,
    OutputConfig: request.OutputConfig,
    RoleArn: request.RoleArn,
    LabelCategoryConfigS3Uri: request.LabelCategoryConfigS3Uri,
    StoppingConditions: request.StoppingConditions,
    HumanTaskConfig: request.HumanTaskConfig,
    Tags: job.tags,
    ...(job.template && { LabelingJobOutput: { OutputDatasetS3Uri: manifestUri(job) } }),
  };
};

export function jobNamed(table: JobTable, name: string | undefined): Job {
  const job = table.job(name ?? '');
  if (!job) throw new AwsError('ResourceNotFound', `Requested resource not found: there is no labeling job ${name}.`);
  return job;
}

export function counters(table: JobTable, job: Job) {
  const { labeled, failed, open, waiting, unlabeled } = table.counts(job.name);
  return {
    TotalLabeled: labeled,
    HumanLabeled: labeled,
    MachineLabeled: 0,
    FailedNonRetryableError: failed,
    Unlabeled: open + waiting + unlabeled,
  };
}
