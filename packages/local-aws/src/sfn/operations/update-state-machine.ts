import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { checkDefinition } from '../definition/parse-definition.ts';
import type { SfnState } from '../service.ts';
import { checkedRole } from './create-state-machine.ts';

export const updateStateMachine: Operation<'sfn', 'UpdateStateMachine', SfnState> = (input, _request, state) => {
  const machine = state.machines.get(input.stateMachineArn ?? '');
  if (machine.status === 'DELETING')
    throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${machine.arn}'`);
  const { definition, roleArn, loggingConfiguration, tracingConfiguration } = input;
  if (!definition && !roleArn && !loggingConfiguration && !tracingConfiguration)
    throw new AwsError(
      'MissingRequiredParameter',
      'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
    );
  if (definition !== undefined) checkDefinition(definition);
  const updateDate = state.kernel.clock.now();
  const revisionId = randomUUID();
  state.machines.put({
    ...machine,
    ...(definition !== undefined && { definition }),
    ...(roleArn !== undefined && { roleArn: checkedRole(roleArn) }),
    ...(loggingConfiguration && { loggingConfiguration }),
    ...(tracingConfiguration && { tracingConfiguration }),
    updateDate,
    revisionId,
  });
  return { updateDate: new Date(updateDate), revisionId };
};
