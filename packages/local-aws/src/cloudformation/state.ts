import type { ResourceStatus, StackStatus } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import type { ChangeSet } from './change-set.ts';
import { type EventTable, eventTable } from './event-table.ts';
import type { Stack, StackResource } from './stack.ts';

export interface CloudFormation {
  kernel: Kernel;
  /** By id. */
  stacks: Collection<Stack>;
  /** Ids of the stacks that exist, by name. */
  names: Collection<string>;
  /** By stack id and logical id, see {@link resourceKey}. */
  resources: Collection<StackResource>;
  /** By stack id and change set name. */
  changeSets: Collection<ChangeSet>;
  events: EventTable;
  /** Set when the process ends in an orderly way: operations stop between two resources and go on at the next start. */
  closing: boolean;
  /** The operations at work. */
  running: Set<Promise<unknown>>;
}

export function createState(kernel: Kernel): CloudFormation {
  const { store } = kernel;
  return {
    kernel,
    stacks: store.collection<Stack>('cfn_stacks'),
    names: store.collection<string>('cfn_stack_names'),
    resources: store.collection<StackResource>('cfn_resources'),
    changeSets: store.collection<ChangeSet>('cfn_change_sets'),
    events: eventTable(store),
    closing: false,
    running: new Set(),
  };
}

export const resourceKey = (stackId: string, logicalId: string) => `${stackId}|${logicalId}`;

export function resourcesOf(cfn: CloudFormation, stackId: string): StackResource[] {
  return cfn.resources.list({ prefix: resourceKey(stackId, '') }).map(({ value }) => value);
}

/** A stack by name (if it exists) or by id (also a deleted one). */
export function findStack(cfn: CloudFormation, nameOrId: string | undefined): Stack | undefined {
  if (nameOrId === undefined) return undefined;
  const id = nameOrId.startsWith('arn:') ? nameOrId : cfn.names.get(nameOrId);
  return id === undefined ? undefined : cfn.stacks.get(id);
}

/** The change set of this ARN. */
export function findChangeSet({ changeSets }: CloudFormation, arn: string | undefined): ChangeSet | undefined {
  if (!arn?.startsWith('arn:')) return undefined;
  return changeSets.list().find(({ value }) => value.id === arn)?.value;
}

export function requireStack(cfn: CloudFormation, nameOrId: string | undefined): Stack {
  const stack = findStack(cfn, nameOrId);
  if (!stack) throw new AwsError('ValidationError', `Stack with id ${nameOrId} does not exist`);
  return stack;
}

/** Changes a stack's status and writes its event. */
export function setStackStatus(
  cfn: CloudFormation,
  stack: Stack,
  status: StackStatus,
  reason?: string,
  change: Partial<Stack> = {},
): Stack {
  const { reason: _, ...rest } = stack;
  const next: Stack = { ...rest, ...change, status, ...(reason === undefined ? {} : { reason }) };
  cfn.stacks.put(stack.id, next);
  cfn.events.add({
    stackId: stack.id,
    stackName: stack.name,
    logicalId: stack.name,
    physicalId: stack.id,
    type: 'AWS::CloudFormation::Stack',
    // A stack's statuses are a subset of a resource's.
    status: status as ResourceStatus,
    reason,
    at: cfn.kernel.clock.now(),
    clientToken: next.operation?.clientToken,
  });
  return next;
}

/** Changes a resource's record and writes its event. */
export function setResource(
  cfn: CloudFormation,
  stack: Stack,
  resource: StackResource,
  status: ResourceStatus,
  reason?: string,
): StackResource {
  const { reason: _, ...rest } = resource;
  const changed = cfn.kernel.clock.now();
  const next: StackResource = { ...rest, status, changed, ...(reason === undefined ? {} : { reason }) };
  cfn.resources.put(resourceKey(stack.id, resource.logicalId), next);
  addResourceEvent(cfn, stack, resource, status, reason);
  return next;
}

/** Writes an event about a resource, or about a physical one that isn't (any more) the record's. */
export function addResourceEvent(
  cfn: CloudFormation,
  stack: Stack,
  resource: Pick<StackResource, 'logicalId' | 'type' | 'physical' | 'attempt'>,
  status: ResourceStatus,
  reason?: string,
): void {
  cfn.events.add({
    stackId: stack.id,
    stackName: stack.name,
    logicalId: resource.logicalId,
    physicalId: resource.physical?.id ?? '',
    type: resource.type,
    status,
    reason,
    at: cfn.kernel.clock.now(),
    clientToken: stack.operation?.clientToken,
    properties: resource.attempt?.properties ?? resource.physical?.properties,
  });
}
