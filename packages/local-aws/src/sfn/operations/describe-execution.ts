import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import type { Execution } from '../executions.ts';
import { checkArn } from '../machines.ts';
import type { SfnState } from '../service.ts';

export const describeExecution: Operation<'sfn', 'DescribeExecution', SfnState> = (input, _request, state) => {
  const execution = executionOf(state, input.executionArn);
  const withData = input.includedData !== 'METADATA_ONLY';
  const { stopDate, output } = execution;
  return {
    executionArn: execution.arn,
    stateMachineArn: execution.machineArn,
    name: execution.name,
    status: execution.status,
    startDate: new Date(execution.startDate),
    ...(stopDate !== undefined && { stopDate: new Date(stopDate) }),
    ...(withData && { input: execution.input, inputDetails: { included: true } }),
    ...(withData && output !== undefined && { output, outputDetails: { included: true } }),
    error: execution.error,
    cause: execution.cause,
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'Redriving is not implemented by this endpoint',
  };
};

export function executionOf(state: SfnState, arn = ''): Execution {
  checkArn(arn);
  const execution = state.executions.get(arn);
  if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
  return execution;
}
