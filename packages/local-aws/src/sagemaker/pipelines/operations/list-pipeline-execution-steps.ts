import type { Operation } from '../../../kernel/service.ts';
import { page, sorted } from '../../pages.ts';
import { type Pipelines, requireExecution } from '../pipelines.ts';

/** Steps that have begun, the latest first unless asked otherwise. */
export const listPipelineExecutionSteps: Operation<
  'sagemaker',
  'ListPipelineExecutionSteps',
  { pipelines: Pipelines }
> = ({ PipelineExecutionArn, NextToken, MaxResults, SortOrder = 'Descending' }, _request, { pipelines }) => {
  const begun = Object.values(requireExecution(pipelines, PipelineExecutionArn).steps);
  // Steps that began in the same millisecond keep their order.
  const numbered = begun.map((step, index) => ({ step, at: step.start + index / 1000 }));
  const { items, ...next } = page(
    sorted(numbered, ({ at }) => at, SortOrder),
    { MaxResults, NextToken },
  );
  return {
    PipelineExecutionSteps: items.map(({ step }) => ({
      StepName: step.name,
      StartTime: new Date(step.start),
      ...(step.end !== undefined && { EndTime: new Date(step.end) }),
      StepStatus: step.status,
      AttemptCount: step.attempt,
      ...(step.cacheHit !== undefined && { CacheHitResult: { SourcePipelineExecutionArn: step.cacheHit } }),
      FailureReason: step.failureReason,
      Metadata: step.metadata,
    })),
    ...next,
  };
};
