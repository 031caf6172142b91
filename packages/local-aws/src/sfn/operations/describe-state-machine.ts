import type { Operation } from '../../kernel/service.ts';
import type { SfnState } from '../service.ts';

export const describeStateMachine: Operation<'sfn', 'DescribeStateMachine', SfnState> = (input, _request, state) => {
  const machine = state.machines.get(input.stateMachineArn ?? '');
  return {
    stateMachineArn: machine.arn,
    name: machine.name,
    status: machine.status,
    definition: machine.definition,
    roleArn: machine.roleArn,
    type: 'STANDARD',
    creationDate: new Date(machine.creationDate),
    loggingConfiguration: machine.loggingConfiguration,
    tracingConfiguration: machine.tracingConfiguration,
    revisionId: machine.revisionId,
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
  };
};
