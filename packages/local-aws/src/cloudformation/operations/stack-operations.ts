import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { hasChanges } from '../change-set.ts';
import {
  checkDeletable,
  checkedPlan,
  checkUpdatable,
  definitionOf,
  failureAction,
  launch,
  newStack,
  newStackId,
  refuseMembers,
} from '../launch.ts';
import { type CloudFormation, findStack, requireStack } from '../state.ts';

export const createStack: Operation<'cloudformation', 'CreateStack', CloudFormation> = async (
  input,
  { caller },
  cfn,
) => {
  refuseMembers('CreateStack', input);
  const name = input.StackName ?? '';
  const id = newStackId(cfn, name);
  const target = await definitionOf(cfn, input, caller);
  if (findStack(cfn, name)) throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
  checkedPlan(cfn, { id, name }, target);
  const stack = newStack(cfn, id, name, 'CREATE_IN_PROGRESS');
  launch(cfn, stack, {
    kind: 'create',
    target,
    caller,
    onFailure: failureAction(input, input.OnFailure),
    clientToken: input.ClientRequestToken,
  });
  return { StackId: stack.id };
};

export const updateStack: Operation<'cloudformation', 'UpdateStack', CloudFormation> = async (
  input,
  { caller },
  cfn,
) => {
  refuseMembers('UpdateStack', input);
  const target = await definitionOf(cfn, input, caller, requireStack(cfn, input.StackName).definition);
  const stack = requireStack(cfn, input.StackName);
  checkUpdatable(stack);
  const plan = checkedPlan(cfn, stack, target);
  if (!hasChanges(cfn, stack, plan, target)) throw new AwsError('ValidationError', 'No updates are to be performed.');
  launch(cfn, stack, {
    kind: 'update',
    target,
    caller,
    onFailure: failureAction(input),
    clientToken: input.ClientRequestToken,
  });
  return { StackId: stack.id };
};

export const deleteStack: Operation<'cloudformation', 'DeleteStack', CloudFormation> = (input, { caller }, cfn) => {
  const stack = findStack(cfn, input.StackName);
  // CloudFormation answers the same for a stack that doesn't exist.
  if (!stack || stack.status === 'DELETE_COMPLETE' || stack.status === 'DELETE_IN_PROGRESS') return {};
  checkDeletable(stack);
  launch(cfn, stack, {
    kind: 'delete',
    target: stack.definition,
    caller,
    retain: input.RetainResources,
    clientToken: input.ClientRequestToken,
  });
  return {};
};
