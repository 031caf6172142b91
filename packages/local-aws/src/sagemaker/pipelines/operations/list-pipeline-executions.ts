import type { Operation } from '../../../kernel/service.ts';
import { matches, page, sorted } from '../../pages.ts';
import { type Pipelines, requirePipeline } from '../pipelines.ts';

export const listPipelineExecutions: Operation<'sagemaker', 'ListPipelineExecutions', { pipelines: Pipelines }> = (
  { PipelineName, CreatedAfter, CreatedBefore, SortBy, SortOrder, NextToken, MaxResults },
  _request,
  { pipelines },
) => {
  const { name } = requirePipeline(pipelines, PipelineName);
  const times = { CreationTimeAfter: CreatedAfter, CreationTimeBefore: CreatedBefore };
  const found = pipelines.executions
    .list({ prefix: `${name}/` })
    .map(({ value }) => value)
    .filter(({ arn, startTime }) => matches({ name: arn, creationTime: startTime }, times));
  const by = SortBy === 'PipelineExecutionArn' ? 'arn' : 'startTime';
  const { items, ...next } = page(
    sorted(found, (execution) => execution[by], SortOrder ?? 'Descending'),
    { MaxResults, NextToken },
  );
  return {
    PipelineExecutionSummaries: items.map((execution) => ({
      PipelineExecutionArn: execution.arn,
      StartTime: new Date(execution.startTime),
      PipelineExecutionStatus: execution.status,
      PipelineExecutionDescription: execution.description,
      PipelineExecutionDisplayName: execution.displayName,
      PipelineExecutionFailureReason: execution.failureReason,
    })),
    ...next,
  };
};
