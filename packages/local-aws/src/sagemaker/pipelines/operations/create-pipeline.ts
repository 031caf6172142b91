import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { parseDefinition } from '../definition.ts';
import { definitionText } from '../definition-text.ts';
import type { Pipelines } from '../pipelines.ts';

export const createPipeline: Operation<'sagemaker', 'CreatePipeline', { pipelines: Pipelines }> = async (
  input,
  { caller },
  { pipelines },
) => {
  const { PipelineName: name = '', RoleArn = '' } = input;
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}$/.test(name))
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${name}' at 'pipelineName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,255}`,
    );
  const arn = pipelines.kernel.arn('sagemaker', `pipeline/${name.toLowerCase()}`);
  const definition = await definitionText(pipelines.kernel, input, caller);
  parseDefinition(definition);
  if (pipelines.pipelines.get(name))
    throw new AwsError(
      'ValidationException',
      `Pipeline names must be unique within an AWS account and region. Pipeline with name (${name}) already exists.`,
    );
  const now = pipelines.kernel.clock.now();
  pipelines.pipelines.put(name, {
    name,
    arn,
    displayName: input.PipelineDisplayName,
    description: input.PipelineDescription,
    definition,
    roleArn: RoleArn,
    parallelism: input.ParallelismConfiguration,
    creationTime: now,
    lastModifiedTime: now,
    createdBy: caller.arn,
    version: 1,
  });
  pipelines.tags.add(arn, input.Tags);
  return { PipelineArn: arn };
};
