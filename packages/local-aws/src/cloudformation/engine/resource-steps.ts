import { randomInt } from 'node:crypto';
import { messageOf } from '../../kernel/errors.ts';
import type { ResourceContext, ResourceProvider } from '../../kernel/resource-provider.ts';
import { canonical } from '../change-set.ts';
import type { Lookup, Plan } from '../plan.ts';
import type { Attempt, Physical, RunningOperation, Stack, StackResource } from '../stack.ts';
import { addResourceEvent, type CloudFormation, resourceKey, setResource } from '../state.ts';

/** One stack operation at work. */
export interface Work {
  cfn: CloudFormation;
  stack: Stack;
  operation: RunningOperation;
}

export function physicalOf({ cfn, stack }: Work): Lookup {
  return (id) => cfn.resources.get(resourceKey(stack.id, id))?.physical;
}

/**
 * Brings one resource to what the plan says: makes it, changes it, replaces it, or leaves it. What is about to be done is
 * on record before it begins, so that a later run of the same operation does the same again under the same name. What a
 * provider writes to the store last, and the record that it is done, are one commit: no timer or I/O comes between them.
 */
export async function bringForward(work: Work, plan: Plan, logicalId: string): Promise<void> {
  const { cfn, stack, operation } = work;
  const template = plan.active.get(logicalId);
  if (!template) throw new Error(`${logicalId} is not part of the plan`);
  const provider = providerOf(work, template.Type);
  const existing = cfn.resources.get(resourceKey(stack.id, logicalId));
  if (existing?.attempt?.operation === operation.id && existing.attempt.done) return;
  if (existing?.physical && existing.type !== template.Type)
    throw new Error(
      `Update of resource type is not permitted. The new template modifies resource type of ${logicalId}.`,
    );
  const properties = resolved(work, plan, logicalId, template.Type);
  const base: StackResource = {
    ...(existing ?? { logicalId, type: template.Type, status: 'CREATE_IN_PROGRESS', changed: 0 }),
    deletionPolicy: template.DeletionPolicy,
    replacePolicy: template.UpdateReplacePolicy,
    needs: [...(plan.graph.get(logicalId) ?? [])],
  };
  const { physical } = base;
  if (physical && canonical(physical.properties) === canonical(properties)) {
    cfn.resources.put(resourceKey(stack.id, logicalId), base);
    return;
  }
  const interrupted = existing?.attempt?.operation === operation.id ? existing.attempt : undefined;
  const attempt = interrupted ?? begin(work, provider, base, properties);
  const verb = attempt.action === 'create' ? 'CREATE' : 'UPDATE';
  const begun = setResource(cfn, stack, { ...base, attempt }, `${verb}_IN_PROGRESS`);
  await cfn.kernel.store.durable();
  try {
    const repeated = interrupted !== undefined && existing?.status === `${verb}_IN_PROGRESS`;
    const made = await carryOut(work, provider, begun, attempt, repeated);
    setResource(cfn, stack, { ...begun, physical: made, attempt: { ...attempt, done: true } }, `${verb}_COMPLETE`);
  } catch (error) {
    setResource(cfn, stack, begun, `${verb}_FAILED`, messageOf(error));
    throw error;
  }
}

/** A name that can't be resolved is the resource's failure, on record before anything is made of it. */
function resolved(work: Work, plan: Plan, logicalId: string, type: string): Record<string, unknown> {
  try {
    return plan.properties(logicalId, physicalOf(work));
  } catch (error) {
    addResourceEvent(work.cfn, work.stack, { logicalId, type }, 'CREATE_FAILED', messageOf(error));
    throw error;
  }
}

function begin(
  { operation }: Work,
  provider: ResourceProvider,
  { physical }: StackResource,
  properties: Record<string, unknown>,
): Attempt {
  const attempt = { operation: operation.id, done: false, properties };
  if (!physical) return { ...attempt, action: 'create', suffix: newSuffix() };
  const replaces = !provider.update || provider.replaces?.(properties, physical.properties);
  return replaces
    ? { ...attempt, action: 'replace', suffix: newSuffix(), before: physical }
    : { ...attempt, action: 'update', suffix: physical.suffix, before: physical };
}

async function carryOut(
  work: Work,
  provider: ResourceProvider,
  { logicalId }: StackResource,
  { action, before, properties, suffix }: Attempt,
  repeated: boolean,
): Promise<Physical> {
  const context = contextOf(work, logicalId, suffix, repeated);
  if (action === 'update' && provider.update && before) {
    const state = { physicalId: before.id, attributes: before.attributes };
    const next = await provider.update(state, properties, before.properties, context);
    return { id: next.physicalId, attributes: next.attributes, properties, suffix };
  }
  const made = await provider.create(properties, context);
  return { id: made.physicalId, attributes: made.attributes, properties, suffix };
}

/** Restores what a resource was before the operation. What the operation made in its place is left to {@link discard}. */
export async function bringBack(work: Work, resource: StackResource): Promise<void> {
  const { cfn, stack, operation } = work;
  const { attempt } = resource;
  if (attempt?.operation !== operation.id || attempt.action !== 'update' || !attempt.before) return;
  const { before } = attempt;
  const begun = setResource(cfn, stack, resource, 'UPDATE_IN_PROGRESS');
  await cfn.kernel.store.durable();
  const provider = providerOf(work, resource.type);
  const state = { physicalId: before.id, attributes: before.attributes };
  try {
    const context = contextOf(work, resource.logicalId, before.suffix);
    const next = await provider.update?.(state, before.properties, attempt.properties, context);
    const physical = next ? { ...before, id: next.physicalId, attributes: next.attributes } : before;
    const { attempt: _, ...rest } = begun;
    setResource(cfn, stack, { ...rest, physical }, 'UPDATE_COMPLETE');
  } catch (error) {
    setResource(cfn, stack, begun, 'UPDATE_FAILED', messageOf(error));
    throw error;
  }
}

/** Deletes a resource of the stack. */
export async function remove(work: Work, resource: StackResource): Promise<void> {
  const { cfn, stack } = work;
  const begun = setResource(cfn, stack, resource, 'DELETE_IN_PROGRESS');
  await cfn.kernel.store.durable();
  try {
    if (resource.physical) await deletePhysical(work, resource, resource.physical);
    addResourceEvent(cfn, stack, resource, 'DELETE_COMPLETE');
    cfn.resources.delete(resourceKey(stack.id, resource.logicalId));
  } catch (error) {
    setResource(cfn, stack, begun, 'DELETE_FAILED', messageOf(error));
    throw error;
  }
}

/** Deletes what a resource was, or was to become, while the resource itself stays. */
export async function discard(work: Work, resource: StackResource, physical: Physical): Promise<void> {
  const { cfn, stack } = work;
  const doomed = { logicalId: resource.logicalId, type: resource.type, physical };
  addResourceEvent(cfn, stack, doomed, 'DELETE_IN_PROGRESS');
  try {
    await deletePhysical(work, resource, physical);
    addResourceEvent(cfn, stack, doomed, 'DELETE_COMPLETE');
  } catch (error) {
    addResourceEvent(cfn, stack, doomed, 'DELETE_FAILED', messageOf(error));
    throw error;
  }
}

async function deletePhysical(work: Work, { logicalId, type }: StackResource, physical: Physical): Promise<void> {
  const state = { physicalId: physical.id, attributes: physical.attributes };
  await providerOf(work, type).delete(state, physical.properties, contextOf(work, logicalId, physical.suffix));
}

/** Leaves a resource to itself, as its policy wants. */
export function release({ cfn, stack }: Work, resource: StackResource): void {
  setResource(cfn, stack, resource, 'DELETE_SKIPPED');
  cfn.resources.delete(resourceKey(stack.id, resource.logicalId));
}

function providerOf({ cfn }: Work, type: string): ResourceProvider {
  const provider = cfn.kernel.resourceProvider(type);
  if (!provider) throw new Error(`Unrecognized resource type: ${type}`);
  return provider;
}

function contextOf(
  { cfn, stack, operation }: Work,
  logicalId: string,
  suffix: string,
  repeated = false,
): ResourceContext {
  return {
    kernel: cfn.kernel,
    caller: operation.caller,
    stackName: stack.name,
    stackId: stack.id,
    logicalId,
    repeated,
    physicalName: (longest = 255, lower = false) => physicalName(stack.name, logicalId, suffix, longest, lower),
  };
}

/** `<stack>-<logical id>-<suffix>`; where that is too long the first two are cut, the longer one first. */
export function physicalName(stack: string, logicalId: string, suffix: string, longest: number, lower: boolean) {
  const room = longest - suffix.length - 2;
  const forStack = Math.max(Math.floor(room / 2), room - logicalId.length);
  const cutStack = stack.slice(0, forStack);
  const name = `${cutStack}-${logicalId.slice(0, room - cutStack.length)}-${suffix}`;
  return lower ? name.toLowerCase() : name;
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function newSuffix(): string {
  return Array.from({ length: 12 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}
