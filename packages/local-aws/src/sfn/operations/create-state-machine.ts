import { randomUUID } from 'node:crypto';
import { AwsError, notImplemented } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { checkDefinition } from '../definition/parse-definition.ts';
import type { Machine } from '../machines.ts';
import type { SfnState } from '../service.ts';

export const createStateMachine: Operation<'sfn', 'CreateStateMachine', SfnState> = (input, _request, state) => {
  const name = input.name ?? '';
  if (!/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  if (input.type === 'EXPRESS') throw notImplemented('an EXPRESS state machine');
  if (input.publish) throw notImplemented('publishing a version of a state machine');
  const definition = input.definition ?? '';
  checkDefinition(definition);
  const roleArn = checkedRole(input.roleArn);
  const arn = state.kernel.arn('states', `stateMachine:${name}`);
  const existing = state.machines.find(arn);
  if (existing) {
    // Idempotent for the same name, definition, type and configuration.
    if (existing.status === 'DELETING')
      throw new AwsError('StateMachineDeleting', `State Machine is being deleted: '${arn}'`);
    if (existing.definition !== definition || existing.roleArn !== roleArn)
      throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
    return { stateMachineArn: arn, creationDate: new Date(existing.creationDate) };
  }
  const now = state.kernel.clock.now();
  const machine: Machine = {
    arn,
    name,
    definition,
    roleArn,
    status: 'ACTIVE',
    creationDate: now,
    updateDate: now,
    revisionId: randomUUID(),
    loggingConfiguration: input.loggingConfiguration ?? { level: 'OFF', includeExecutionData: false },
    tracingConfiguration: input.tracingConfiguration ?? { enabled: false },
    tags: input.tags ?? [],
  };
  state.machines.put(machine);
  return { stateMachineArn: arn, creationDate: new Date(now) };
};

export function checkedRole(roleArn: string | undefined): string {
  if (!/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/.test(roleArn ?? ''))
    throw new AwsError('InvalidArn', `Invalid Role Arn: '${roleArn ?? ''}'`);
  return roleArn ?? '';
}
