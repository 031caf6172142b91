import type { Operation } from '../../../kernel/service.ts';
import { matches, page, sorted } from '../../pages.ts';
import type { LabelingState } from '../labeling.ts';
import { manifestUri } from '../output.ts';
import { counters } from './describe-labeling-job.ts';

export const listLabelingJobs: Operation<'sagemaker', 'ListLabelingJobs', { labeling: LabelingState }> = (
  input,
  _request,
  { labeling: { table } },
) => {
  const jobs = table
    .jobs()
    .filter((job) => matches({ name: job.name, creationTime: job.createdAt, lastModifiedTime: job.modifiedAt }, input))
    .filter((job) => input.StatusEquals === undefined || job.status === input.StatusEquals);
  const by = { Name: 'name', Status: 'status', CreationTime: 'createdAt' } as const;
  const { items, ...rest } = page(
    sorted(jobs, (job) => job[by[input.SortBy ?? 'CreationTime']] ?? '', input.SortOrder),
    input,
  );
  return {
    LabelingJobSummaryList: items.map((job) => ({
      LabelingJobName: job.name,
      LabelingJobArn: job.arn,
      CreationTime: new Date(job.createdAt),
      LastModifiedTime: new Date(job.modifiedAt),
      LabelingJobStatus: job.status,
      LabelCounters: counters(table, job),
      WorkteamArn: job.request.HumanTaskConfig?.WorkteamArn,
      PreHumanTaskLambdaArn: job.request.HumanTaskConfig?.PreHumanTaskLambdaArn,
      AnnotationConsolidationLambdaArn:
        job.request.HumanTaskConfig?.AnnotationConsolidationConfig?.AnnotationConsolidationLambdaArn,
      FailureReason: job.failureReason,
      InputConfig: job.request.InputConfig,
      ...(job.template && { LabelingJobOutput: { OutputDatasetS3Uri: manifestUri(job) } }),
    })),
    ...rest,
  };
};
