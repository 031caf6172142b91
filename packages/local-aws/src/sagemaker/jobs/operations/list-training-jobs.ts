import type { Operation } from '../../../kernel/service.ts';
import { matches, page, sorted } from '../../pages.ts';
import type { Jobs } from '../jobs.ts';

export const listTrainingJobs: Operation<'sagemaker', 'ListTrainingJobs', { jobs: Jobs }> = (
  input,
  _request,
  { jobs },
) => {
  const found = jobs.training
    .list()
    .map(({ value }) => value)
    .filter((job) => matches(job, input) && (input.StatusEquals === undefined || job.status === input.StatusEquals));
  const by = { Name: 'name', Status: 'status', CreationTime: 'creationTime' } as const;
  const { items, NextToken } = page(
    sorted(found, (job) => job[by[input.SortBy ?? 'CreationTime']], input.SortOrder ?? 'Descending'),
    input,
  );
  return {
    TrainingJobSummaries: items.map((job) => ({
      TrainingJobName: job.name,
      TrainingJobArn: job.arn,
      CreationTime: new Date(job.creationTime),
      ...(job.endTime !== undefined && { TrainingEndTime: new Date(job.endTime) }),
      LastModifiedTime: new Date(job.lastModifiedTime),
      TrainingJobStatus: job.status,
      SecondaryStatus: job.secondary,
    })),
    NextToken,
  };
};
