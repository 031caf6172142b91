import type { Operation } from '../../../kernel/service.ts';
import { matches, page, sorted } from '../../pages.ts';
import type { Jobs } from '../jobs.ts';

export const listProcessingJobs: Operation<'sagemaker', 'ListProcessingJobs', { jobs: Jobs }> = (
  input,
  _request,
  { jobs },
) => {
  const found = jobs.processing
    .list()
    .map(({ value }) => value)
    .filter((job) => matches(job, input) && (input.StatusEquals === undefined || job.status === input.StatusEquals));
  const by = { Name: 'name', Status: 'status', CreationTime: 'creationTime' } as const;
  const { items, NextToken } = page(
    sorted(found, (job) => job[by[input.SortBy ?? 'CreationTime']], input.SortOrder ?? 'Descending'),
    input,
  );
  return {
    ProcessingJobSummaries: items.map((job) => ({
      ProcessingJobName: job.name,
      ProcessingJobArn: job.arn,
      CreationTime: new Date(job.creationTime),
      ...(job.endTime !== undefined && { ProcessingEndTime: new Date(job.endTime) }),
      LastModifiedTime: new Date(job.lastModifiedTime),
      ProcessingJobStatus: job.status,
      FailureReason: job.failureReason,
      ExitMessage: job.exitMessage,
    })),
    NextToken,
  };
};
