import type { DescribeProcessingJobResponse } from '@aws-sdk/client-sagemaker';
import type { ProcessingJob } from './jobs.ts';

/** A processing job as DescribeProcessingJob gives it. */
export function describeProcessingJob(job: ProcessingJob): DescribeProcessingJobResponse {
  const { Tags: _tags, ...input } = job.input;
  return {
    ...input,
    ProcessingJobName: job.name,
    ProcessingJobArn: job.arn,
    ProcessingResources: input.ProcessingResources,
    AppSpecification: input.AppSpecification,
    ProcessingJobStatus: job.status,
    ...(job.exitMessage !== undefined && { ExitMessage: job.exitMessage }),
    ...(job.failureReason !== undefined && { FailureReason: job.failureReason }),
    CreationTime: new Date(job.creationTime),
    LastModifiedTime: new Date(job.lastModifiedTime),
    ...(job.startTime !== undefined && { ProcessingStartTime: new Date(job.startTime) }),
    ...(job.endTime !== undefined && { ProcessingEndTime: new Date(job.endTime) }),
  };
}
