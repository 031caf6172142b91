import type { Operation } from '../../kernel/service.ts';
import { forgetMachine } from '../interpreter/execution-end.ts';
import type { SfnState } from '../service.ts';

/** Marks the machine; it is gone when the executions that still run have ended. */
export const deleteStateMachine: Operation<'sfn', 'DeleteStateMachine', SfnState> = (input, _request, state) => {
  const machine = state.machines.find(input.stateMachineArn ?? '');
  if (!machine) return {};
  state.machines.put({ ...machine, status: 'DELETING' });
  forgetMachine(state, machine.arn);
  return {};
};
