import type { Operation } from '../../../kernel/service.ts';
import { matches, page, sorted } from '../../pages.ts';
import type { Pipelines } from '../pipelines.ts';

export const listPipelines: Operation<'sagemaker', 'ListPipelines', { pipelines: Pipelines }> = (
  { PipelineNamePrefix = '', CreatedAfter, CreatedBefore, SortBy, SortOrder, NextToken, MaxResults },
  _request,
  { pipelines },
) => {
  const times = { CreationTimeAfter: CreatedAfter, CreationTimeBefore: CreatedBefore };
  const found = pipelines.pipelines
    .list({ prefix: PipelineNamePrefix })
    .map(({ value }) => value)
    .filter((pipeline) => matches(pipeline, times));
  const by = SortBy === 'Name' ? 'name' : 'creationTime';
  const { items, ...next } = page(
    sorted(found, (pipeline) => pipeline[by], SortOrder ?? 'Descending'),
    { MaxResults, NextToken },
  );
  return {
    PipelineSummaries: items.map((pipeline) => ({
      PipelineArn: pipeline.arn,
      PipelineName: pipeline.name,
      PipelineDisplayName: pipeline.displayName ?? pipeline.name,
      PipelineDescription: pipeline.description,
      RoleArn: pipeline.roleArn,
      CreationTime: new Date(pipeline.creationTime),
      LastModifiedTime: new Date(pipeline.lastModifiedTime),
      ...(pipeline.lastRunTime !== undefined && { LastExecutionTime: new Date(pipeline.lastRunTime) }),
    })),
    ...next,
  };
};
