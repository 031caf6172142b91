import { randomUUID } from 'node:crypto';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { readDefinition } from '../definition/parse-definition.ts';
import { LONGEST_PAYLOAD } from '../interpreter/payload.ts';
import type { SfnState } from '../service.ts';

export const startExecution: Operation<'sfn', 'StartExecution', SfnState> = (input, _request, state) => {
  const machine = state.machines.get(input.stateMachineArn ?? '');
  if (machine.status === 'DELETING')
    throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${machine.arn}'`);
  const name = input.name ?? randomUUID();
  if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  const text = input.input ?? '{}';
  checkInput(text);
  const arn = state.kernel.arn('states', `execution:${machine.name}:${name}`);
  const existing = state.executions.get(arn);
  if (existing) {
    // The same name and input while it runs is the same start, said twice.
    if (existing.status === 'RUNNING' && existing.input === text)
      return { executionArn: arn, startDate: new Date(existing.startDate) };
    throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
  }
  const startDate = state.kernel.clock.now();
  state.kernel.store.atomic(() =>
    state.interpreter.begin({
      arn,
      machineArn: machine.arn,
      machineName: machine.name,
      name,
      status: 'RUNNING',
      input: text,
      startDate,
      definition: readDefinition(machine.definition),
      definitionText: machine.definition,
      roleArn: machine.roleArn,
    }),
  );
  return { executionArn: arn, startDate: new Date(startDate) };
};

function checkInput(text: string): void {
  try {
    JSON.parse(text);
  } catch (error) {
    throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${messageOf(error)}'`);
  }
  if (Buffer.byteLength(text) > LONGEST_PAYLOAD)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST_PAYLOAD}`,
    );
}
