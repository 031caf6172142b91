import type { Operation } from '../../../kernel/service.ts';
import { parseDefinition } from '../definition.ts';
import { definitionText } from '../definition-text.ts';
import { type Pipelines, requirePipeline } from '../pipelines.ts';

/** Executions that run keep the definition that they began with. */
export const updatePipeline: Operation<'sagemaker', 'UpdatePipeline', { pipelines: Pipelines }> = async (
  input,
  { caller },
  { pipelines },
) => {
  const changed = input.PipelineDefinition !== undefined || input.PipelineDefinitionS3Location !== undefined;
  const definition = changed ? await definitionText(pipelines.kernel, input, caller) : undefined;
  if (definition !== undefined) parseDefinition(definition);
  const found = requirePipeline(pipelines, input.PipelineName);
  const version = found.version + (definition === undefined ? 0 : 1);
  pipelines.pipelines.put(found.name, {
    ...found,
    definition: definition ?? found.definition,
    displayName: input.PipelineDisplayName ?? found.displayName,
    description: input.PipelineDescription ?? found.description,
    roleArn: input.RoleArn ?? found.roleArn,
    parallelism: input.ParallelismConfiguration ?? found.parallelism,
    lastModifiedTime: pipelines.kernel.clock.now(),
    version,
  });
  return { PipelineArn: found.arn, PipelineVersionId: version };
};
