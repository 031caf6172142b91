import { randomInt } from 'node:crypto';
import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { checkLength, checkValues } from '../../limits.ts';
import { parseDefinition } from '../definition.ts';
import { parameterValues } from '../parameters.ts';
import { advanceSoon, type Execution, executionKey, type Pipelines, requirePipeline } from '../pipelines.ts';
import { emitExecutionChange } from '../status-events.ts';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The same token gives the same execution. */
export const startPipelineExecution: Operation<'sagemaker', 'StartPipelineExecution', { pipelines: Pipelines }> = (
  input,
  { caller },
  { pipelines },
) => {
  const { kernel } = pipelines;
  const pipeline = requirePipeline(pipelines, input.PipelineName);
  const token = `${pipeline.name}/${input.ClientRequestToken}`;
  const known = pipelines.tokens.get(token);
  if (known) return { PipelineExecutionArn: known.arn };
  checkLength('clientRequestToken', input.ClientRequestToken, 128, 32);
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}$/.test(input.PipelineExecutionDisplayName ?? 'none'))
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${input.PipelineExecutionDisplayName}' at 'pipelineExecutionDisplayName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,81}`,
    );
  const parameters = Object.fromEntries(
    (input.PipelineParameters ?? []).map(({ Name = '', Value = '' }) => [Name, Value]),
  );
  checkValues('pipelineParameters', parameters, 1024);
  // Refuses what is missing or doesn't fit.
  parameterValues(parseDefinition(pipeline.definition).parameters, parameters);
  const id = Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  const now = kernel.clock.now();
  const execution: Execution = {
    id,
    arn: `${pipeline.arn}/execution/${id}`,
    pipeline: pipeline.name,
    pipelineArn: pipeline.arn,
    displayName: input.PipelineExecutionDisplayName ?? `execution-${now}`,
    description: input.PipelineExecutionDescription,
    definition: pipeline.definition,
    roleArn: pipeline.roleArn,
    parameters,
    parallelism: input.ParallelismConfiguration ?? pipeline.parallelism,
    status: 'Executing',
    startTime: now,
    lastModifiedTime: now,
    createdBy: caller.arn,
    attempt: 1,
    steps: {},
  };
  pipelines.executions.put(executionKey(execution), execution);
  pipelines.pipelines.put(pipeline.name, { ...pipeline, lastRunTime: now });
  if (input.ClientRequestToken !== undefined) pipelines.tokens.put(token, { arn: execution.arn });
  emitExecutionChange(pipelines, execution);
  advanceSoon(pipelines, executionKey(execution));
  return { PipelineExecutionArn: execution.arn };
};
