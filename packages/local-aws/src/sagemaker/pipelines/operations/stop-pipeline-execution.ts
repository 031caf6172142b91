import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { putStatus } from '../execution-state.ts';
import { advanceSoon, executionKey, type Pipelines, requireExecution } from '../pipelines.ts';

/** The jobs that run get their time to end. */
export const stopPipelineExecution: Operation<'sagemaker', 'StopPipelineExecution', { pipelines: Pipelines }> = (
  { PipelineExecutionArn },
  _request,
  { pipelines },
) => {
  const found = requireExecution(pipelines, PipelineExecutionArn);
  if (found.status !== 'Executing' && found.status !== 'Stopping')
    throw new AwsError(
      'ConflictException',
      `Only executions that are running can be stopped. Pipeline execution ${found.arn} is ${found.status}.`,
    );
  if (found.status === 'Executing') {
    putStatus(pipelines, found, 'Stopping');
    advanceSoon(pipelines, executionKey(found));
  }
  return { PipelineExecutionArn: found.arn };
};
