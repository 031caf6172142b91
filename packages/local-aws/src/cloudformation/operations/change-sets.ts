import { randomUUID } from 'node:crypto';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { type ChangeSet, changesOf, hasChanges, NO_CHANGES } from '../change-set.ts';
import {
  checkedPlan,
  checkUpdatable,
  definitionOf,
  failureAction,
  launch,
  newStack,
  newStackId,
  refuseMembers,
} from '../launch.ts';
import type { Stack } from '../stack.ts';
import { type CloudFormation, findChangeSet, findStack, requireStack, setStackStatus } from '../state.ts';

type Op<O extends 'CreateChangeSet' | 'DescribeChangeSet' | 'ExecuteChangeSet' | 'DeleteChangeSet' | 'ListChangeSets'> =
  Operation<'cloudformation', O, CloudFormation>;

const keyOf = (stackId: string, name: string) => `${stackId}|${name}`;

export const createChangeSet: Op<'CreateChangeSet'> = async (input, { caller }, cfn) => {
  refuseMembers('CreateChangeSet', input);
  const stackName = input.StackName ?? '';
  const type = input.ChangeSetType ?? 'UPDATE';
  if (type === 'IMPORT')
    throw new AwsError('NotImplemented', 'cloudformation:CreateChangeSet of type IMPORT is not implemented.', {
      status: 501,
    });
  const target = await definitionOf(cfn, input, caller, findStack(cfn, stackName)?.definition);
  const stack = type === 'CREATE' ? stackInReview(cfn, stackName, target) : requireStack(cfn, stackName);
  if (type === 'UPDATE') checkUpdatable(stack);
  const name = input.ChangeSetName ?? '';
  if (cfn.changeSets.get(keyOf(stack.id, name)))
    throw new AwsError('AlreadyExistsException', `ChangeSet ${name} already exists.`);
  const plan = checkedPlan(cfn, stack, target);
  const changed = type === 'CREATE' || hasChanges(cfn, stack, plan, target);
  const changeSet: ChangeSet = {
    id: cfn.kernel.arn('cloudformation', `changeSet/${name}/${randomUUID()}`),
    name,
    stackId: stack.id,
    stackName: stack.name,
    created: cfn.kernel.clock.now(),
    type,
    description: input.Description,
    status: changed ? 'CREATE_COMPLETE' : 'FAILED',
    ...(changed ? {} : { reason: NO_CHANGES }),
    executionStatus: changed ? 'AVAILABLE' : 'UNAVAILABLE',
    target,
    changes: changesOf(cfn, stack, plan),
    onStackFailure: input.OnStackFailure,
  };
  cfn.changeSets.put(keyOf(stack.id, name), changeSet);
  return { Id: changeSet.id, StackId: stack.id };
};

/** The stack that a change set of type CREATE is for: it exists from now on, in review. */
function stackInReview(cfn: CloudFormation, name: string, target: ChangeSet['target']): Stack {
  const existing = findStack(cfn, name);
  if (existing?.status === 'REVIEW_IN_PROGRESS') return existing;
  const id = newStackId(cfn, name);
  if (!existing) checkedPlan(cfn, { id, name }, target);
  const stack = newStack(cfn, id, name, 'REVIEW_IN_PROGRESS');
  return setStackStatus(cfn, stack, 'REVIEW_IN_PROGRESS', 'User Initiated');
}

export const describeChangeSet: Op<'DescribeChangeSet'> = (input, _request, cfn) => {
  const { changeSet } = requireChangeSet(cfn, input);
  const { target } = changeSet;
  return {
    ChangeSetName: changeSet.name,
    ChangeSetId: changeSet.id,
    StackId: changeSet.stackId,
    StackName: changeSet.stackName,
    Description: changeSet.description,
    CreationTime: new Date(changeSet.created),
    ExecutionStatus: changeSet.executionStatus,
    Status: changeSet.status,
    StatusReason: changeSet.reason,
    Parameters: Object.entries(target.parameters).map(([ParameterKey, ParameterValue]) => ({
      ParameterKey,
      ParameterValue,
    })),
    Capabilities: target.capabilities as 'CAPABILITY_IAM'[],
    Tags: target.tags,
    Changes: changeSet.changes,
  };
};

export const executeChangeSet: Op<'ExecuteChangeSet'> = (input, { caller }, cfn) => {
  const { changeSet, stack } = requireChangeSet(cfn, input);
  if (changeSet.executionStatus !== 'AVAILABLE')
    throw new AwsError(
      'InvalidChangeSetStatusException',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.status}]`,
    );
  if (changeSet.type === 'UPDATE') checkUpdatable(stack);
  launch(cfn, stack, {
    kind: changeSet.type === 'CREATE' ? 'create' : 'update',
    target: changeSet.target,
    caller,
    onFailure: failureAction(input, changeSet.onStackFailure),
    clientToken: input.ClientRequestToken,
    changeSetId: changeSet.id,
  });
  // An executed change set takes all others with it: they were made for what the stack was.
  for (const { key } of cfn.changeSets.list({ prefix: keyOf(stack.id, '') })) cfn.changeSets.delete(key);
  return {};
};

/** One that doesn't exist is deleted already. */
export const deleteChangeSet: Op<'DeleteChangeSet'> = (input, _request, cfn) => {
  const name = input.ChangeSetName ?? '';
  if (name.startsWith('arn:')) {
    const found = findChangeSet(cfn, name);
    if (found) cfn.changeSets.delete(keyOf(found.stackId, found.name));
  } else cfn.changeSets.delete(keyOf(requireStack(cfn, input.StackName).id, name));
  return {};
};

export const listChangeSets: Op<'ListChangeSets'> = (input, _request, cfn) => {
  const stack = requireStack(cfn, input.StackName);
  return {
    Summaries: cfn.changeSets.list({ prefix: keyOf(stack.id, '') }).map(({ value }) => ({
      StackId: value.stackId,
      StackName: value.stackName,
      ChangeSetId: value.id,
      ChangeSetName: value.name,
      ExecutionStatus: value.executionStatus,
      Status: value.status,
      StatusReason: value.reason,
      CreationTime: new Date(value.created),
      Description: value.description,
    })),
  };
};

function requireChangeSet(
  cfn: CloudFormation,
  input: { ChangeSetName: string | undefined; StackName?: string },
): { changeSet: ChangeSet; stack: Stack } {
  const name = input.ChangeSetName ?? '';
  const changeSet = name.startsWith('arn:')
    ? findChangeSet(cfn, name)
    : cfn.changeSets.get(keyOf(requireStack(cfn, input.StackName).id, name));
  if (!changeSet) throw new AwsError('ChangeSetNotFoundException', `ChangeSet [${name}] does not exist`);
  return { changeSet, stack: requireStack(cfn, changeSet.stackId) };
}
