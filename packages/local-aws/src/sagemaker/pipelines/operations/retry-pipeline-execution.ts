import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { putStatus } from '../execution-state.ts';
import { advanceSoon, executionKey, type Pipelines, requireExecution } from '../pipelines.ts';

/** Steps that failed or were stopped run again; those that succeeded stay. */
export const retryPipelineExecution: Operation<'sagemaker', 'RetryPipelineExecution', { pipelines: Pipelines }> = (
  { PipelineExecutionArn },
  _request,
  { pipelines },
) => {
  const { endTime: _end, failureReason: _reason, ...found } = requireExecution(pipelines, PipelineExecutionArn);
  if (found.status !== 'Failed' && found.status !== 'Stopped')
    throw new AwsError(
      'ConflictException',
      `Only executions that failed or were stopped can be retried. Pipeline execution ${found.arn} is ${found.status}.`,
    );
  const steps = Object.entries(found.steps);
  if (steps.some(([, step]) => step.type === 'Fail'))
    throw new AwsError('ValidationException', 'A pipeline execution that a Fail step ended cannot be retried.');
  const kept = Object.fromEntries(steps.filter(([, { status }]) => status === 'Succeeded'));
  putStatus(pipelines, { ...found, attempt: found.attempt + 1, steps: kept }, 'Executing');
  advanceSoon(pipelines, executionKey(found));
  return { PipelineExecutionArn: found.arn };
};
