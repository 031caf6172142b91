import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { type Pipelines, requirePipeline } from '../pipelines.ts';

/** Deletes the pipeline with its executions; none may run. */
export const deletePipeline: Operation<'sagemaker', 'DeletePipeline', { pipelines: Pipelines }> = (
  { PipelineName },
  _request,
  { pipelines },
) => {
  const { name, arn } = requirePipeline(pipelines, PipelineName);
  const executions = pipelines.executions.list({ prefix: `${name}/` });
  if (executions.some(({ value }) => value.status === 'Executing' || value.status === 'Stopping'))
    throw new AwsError(
      'ConflictException',
      `Pipeline ${arn} cannot be deleted while it has running executions. Stop them first.`,
    );
  for (const { key } of executions) pipelines.executions.delete(key);
  pipelines.pipelines.delete(name);
  pipelines.tags.clear(arn);
  return { PipelineArn: arn };
};
