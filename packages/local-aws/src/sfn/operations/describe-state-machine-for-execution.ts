import type { Operation } from '../../kernel/service.ts';
import type { SfnState } from '../service.ts';
import { executionOf } from './describe-execution.ts';

/** The machine as it was when the execution began. */
export const describeStateMachineForExecution: Operation<'sfn', 'DescribeStateMachineForExecution', SfnState> = (
  input,
  _request,
  state,
) => {
  const execution = executionOf(state, input.executionArn);
  const machine = state.machines.find(execution.machineArn);
  return {
    stateMachineArn: execution.machineArn,
    name: execution.machineName,
    definition: execution.definitionText,
    roleArn: execution.roleArn,
    updateDate: new Date(machine?.updateDate ?? execution.startDate),
    loggingConfiguration: machine?.loggingConfiguration,
    tracingConfiguration: machine?.tracingConfiguration,
  };
};
