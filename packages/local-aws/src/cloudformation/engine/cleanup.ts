import { reversed, runGraph } from '../dependencies.ts';
import type { StackResource } from '../stack.ts';
import { resourceKey, resourcesOf } from '../state.ts';
import { discard, release, remove, type Work } from './resource-steps.ts';

/** After an update: deletes what was replaced, and what the new template no longer has. What fails stays, with its event. */
export async function removeObsolete(work: Work, wanted: Set<string>): Promise<void> {
  await inDeletionOrder(work, async (resource) => {
    const { attempt } = resource;
    if (!wanted.has(resource.logicalId)) {
      if (resource.deletionPolicy === 'Delete') await remove(work, resource);
      else release(work, resource);
      return;
    }
    const { before } = attempt?.operation === work.operation.id ? attempt : {};
    if (attempt?.action !== 'replace' || !before || before.id === resource.physical?.id) return;
    if (resource.replacePolicy === 'Delete') await discard(work, resource, before);
    const { attempt: _, ...settled } = resource;
    work.cfn.resources.put(resourceKey(work.stack.id, resource.logicalId), settled);
  });
}

/** After a failed update was taken back: deletes what it had made. */
export async function removeLeftovers(work: Work): Promise<void> {
  await inDeletionOrder(work, async (resource) => {
    const { attempt, ...settled } = resource;
    if (attempt?.operation !== work.operation.id) return;
    if (attempt.action === 'create') return remove(work, resource);
    const { before } = attempt;
    if (attempt.action !== 'replace' || !before) return;
    const made = resource.physical;
    if (made && made.id !== before.id) await discard(work, resource, made);
    work.cfn.resources.put(resourceKey(work.stack.id, resource.logicalId), { ...settled, physical: before });
  });
}

/** Deletes all of a stack's resources. @returns the logical ids of those that could not be deleted. */
export async function removeAll(work: Work, occasion: 'delete' | 'rollback'): Promise<string[]> {
  const failed = await inDeletionOrder(work, async (resource) => {
    const kept =
      work.operation.retain.includes(resource.logicalId) ||
      resource.deletionPolicy === 'Retain' ||
      (resource.deletionPolicy === 'RetainExceptOnCreate' && occasion === 'delete');
    if (kept) release(work, resource);
    else await remove(work, resource);
  });
  return failed;
}

/** Visits all resources, each before those that it needs. After a failure those that it needs are left alone. */
async function inDeletionOrder(work: Work, visit: (resource: StackResource) => Promise<void>): Promise<string[]> {
  const resources = new Map(resourcesOf(work.cfn, work.stack.id).map((resource) => [resource.logicalId, resource]));
  const needs = [...resources].map(([id, resource]): [string, Set<string>] => [
    id,
    new Set(resource.needs.filter((needed) => resources.has(needed))),
  ]);
  const visitId = async (id: string) => {
    const resource = resources.get(id);
    if (resource) await visit(resource);
  };
  const { failures } = await runGraph(reversed(new Map(needs)), visitId, () => !work.cfn.closing);
  return failures.map(({ id }) => id);
}
