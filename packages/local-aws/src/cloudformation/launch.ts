import { randomUUID } from 'node:crypto';
import type { Parameter, StackStatus, Tag } from '@aws-sdk/client-cloudformation';
import type { Caller } from '../kernel/caller.ts';
import { AwsError, notImplemented } from '../kernel/errors.ts';
import { OPERATION, type OperationTask } from './engine/operation.ts';
import { type Plan, planOf } from './plan.ts';
import { type Definition, type FailureAction, isBusy, type RunningOperation, type Stack } from './stack.ts';
import { type CloudFormation, findStack, resourceKey, setStackStatus } from './state.ts';
import { requiredCapabilities } from './template.ts';
import { templateText } from './template-source.ts';
import { validatePlan } from './validation.ts';

interface DefinitionInput {
  TemplateBody?: string;
  TemplateURL?: string;
  UsePreviousTemplate?: boolean;
  Parameters?: Parameter[];
  Tags?: Tag[];
  Capabilities?: string[];
}

/** What a request asks a stack to become. `previous`: what it is, for values that are to stay. */
export async function definitionOf(
  cfn: CloudFormation,
  input: DefinitionInput,
  caller: Caller,
  previous?: Definition,
): Promise<Definition> {
  const template = await templateText(cfn, input, caller, previous?.template);
  const parameters: Record<string, string> = {};
  for (const { ParameterKey = '', ParameterValue, UsePreviousValue } of input.Parameters ?? []) {
    const value = UsePreviousValue ? previous?.parameters[ParameterKey] : ParameterValue;
    if (value !== undefined) parameters[ParameterKey] = value;
  }
  const tags = input.Tags ?? previous?.tags ?? [];
  return { template, parameters, tags, capabilities: input.Capabilities ?? [] };
}

/** Plans a definition for a stack and refuses what could not be carried out. */
export function checkedPlan(cfn: CloudFormation, stack: { id: string; name: string }, definition: Definition): Plan {
  const plan = planOf(cfn, stack, definition);
  const needed = requiredCapabilities(plan.template).filter(
    (capability) =>
      !definition.capabilities.includes(capability) && !definition.capabilities.includes('CAPABILITY_NAMED_IAM'),
  );
  if (needed.length > 0)
    throw new AwsError('InsufficientCapabilitiesException', `Requires capabilities : [${needed.join(', ')}]`);
  validatePlan(cfn, stack.id, plan, (id) => cfn.resources.get(resourceKey(stack.id, id))?.physical);
  return plan;
}

export function newStackId(cfn: CloudFormation, name: string): string {
  if (!/^[A-Za-z][A-Za-z0-9-]{0,127}$/.test(name))
    throw new AwsError(
      'ValidationError',
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    );
  return cfn.kernel.arn('cloudformation', `stack/${name}/${randomUUID()}`);
}

/** Makes the record of a stack that has nothing yet. */
export function newStack(cfn: CloudFormation, id: string, name: string, status: StackStatus): Stack {
  const existing = findStack(cfn, name);
  if (existing && existing.status !== 'REVIEW_IN_PROGRESS')
    throw new AwsError('AlreadyExistsException', `Stack [${name}] already exists`);
  const stack: Stack = existing ?? {
    id,
    name,
    created: cfn.kernel.clock.now(),
    status,
    definition: { template: '{"Resources":{}}', parameters: {}, tags: [], capabilities: [] },
    outputs: [],
    imports: [],
  };
  cfn.stacks.put(stack.id, stack);
  cfn.names.put(name, stack.id);
  return stack;
}

interface Launch {
  kind: RunningOperation['kind'];
  target: Definition;
  caller: Caller;
  onFailure?: FailureAction;
  retain?: string[];
  clientToken?: string;
  changeSetId?: string;
}

/** Begins an operation: the stack's status, its event and the task that carries it out are one turn. */
export function launch(cfn: CloudFormation, stack: Stack, request: Launch): void {
  const { kind, target, caller, onFailure = 'rollback', retain = [], clientToken, changeSetId } = request;
  const operation: RunningOperation = {
    id: randomUUID(),
    kind,
    phase: 'forward',
    caller,
    target,
    onFailure,
    retain,
    ...(clientToken === undefined ? {} : { clientToken }),
  };
  const status: StackStatus =
    kind === 'create' ? 'CREATE_IN_PROGRESS' : kind === 'update' ? 'UPDATE_IN_PROGRESS' : 'DELETE_IN_PROGRESS';
  setStackStatus(cfn, stack, status, 'User Initiated', {
    operation,
    ...(kind === 'create' ? { definition: target } : {}),
    ...(kind === 'update' ? { updated: cfn.kernel.clock.now() } : {}),
    ...(changeSetId === undefined ? {} : { changeSetId }),
  });
  const task: OperationTask = { stackId: stack.id, operationId: operation.id };
  cfn.kernel.outbox.add(OPERATION, task);
}

/** What a request says of failure, in its two forms. */
export function failureAction(input: { DisableRollback?: boolean }, onFailure?: string): FailureAction {
  if (input.DisableRollback || onFailure === 'DO_NOTHING') return 'nothing';
  return onFailure === 'DELETE' ? 'delete' : 'rollback';
}

/** Refuses what a stack would be made with and isn't here, by name. */
export function refuseMembers(operation: string, input: object): void {
  const meaningful = Object.entries(input).filter(([, value]) =>
    Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false,
  );
  const member = meaningful.find(([name]) => UNSUPPORTED.has(name))?.[0];
  if (member !== undefined) throw notImplemented(`cloudformation:${operation} with ${member}`);
}

const UNSUPPORTED = new Set([
  'EnableTerminationProtection',
  'ImportExistingResources',
  'IncludeNestedStacks',
  'NotificationARNs',
  'ResourcesToImport',
  'RetainExceptOnCreate',
  'RoleARN',
  'RollbackConfiguration',
  'StackPolicyBody',
  'StackPolicyDuringUpdateBody',
  'StackPolicyDuringUpdateURL',
  'StackPolicyURL',
]);

/** Whether a stack may be updated now. */
export function checkUpdatable(stack: Stack): void {
  const settled = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_FAILED', 'CREATE_FAILED'];
  if (!settled.includes(stack.status))
    throw new AwsError(
      'ValidationError',
      `Stack:${stack.id} is in ${stack.status} state and can not be updated.${
        stack.status === 'ROLLBACK_COMPLETE' ? ' Delete it first.' : ''
      }`,
    );
}

export function checkDeletable(stack: Stack): void {
  if (isBusy(stack.status))
    throw new AwsError(
      'ValidationError',
      `Stack [${stack.name}] cannot be deleted while in status ${stack.status}. Wait until the operation has ended.`,
    );
}
