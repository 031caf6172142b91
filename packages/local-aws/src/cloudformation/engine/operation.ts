import { AwsError, messageOf } from '../../kernel/errors.ts';
import type { Outcome } from '../../kernel/outbox.ts';
import { runGraph } from '../dependencies.ts';
import { checkExportsFree, checkExportsKept } from '../exports.ts';
import { type Plan, planOf } from '../plan.ts';
import type { RunningOperation, Stack } from '../stack.ts';
import { type CloudFormation, findStack, resourceKey, resourcesOf, setStackStatus } from '../state.ts';
import { removeAll, removeLeftovers, removeObsolete } from './cleanup.ts';
import { bringBack, bringForward, physicalOf, type Work } from './resource-steps.ts';

export const OPERATION = 'cloudformation:operation';

export interface OperationTask {
  stackId: string;
  operationId: string;
}

/** Registers what runs stack operations, also those that a crash interrupted. */
export function handleOperations(cfn: CloudFormation): void {
  cfn.kernel.outbox.handle<OperationTask>(OPERATION, async (task) => {
    const run = runOperation(cfn, task);
    cfn.running.add(run);
    try {
      return await run;
    } finally {
      cfn.running.delete(run);
    }
  });
}

/** Takes an operation phase by phase to its end. Each phase is on record, and may run again from its beginning. */
async function runOperation(
  cfn: CloudFormation,
  { stackId, operationId }: OperationTask,
): Promise<Outcome<OperationTask>> {
  for (;;) {
    const stack = findStack(cfn, stackId);
    if (stack?.operation?.id !== operationId) return undefined;
    if (cfn.closing) return { again: cfn.kernel.clock.now() };
    const work = { cfn, stack, operation: stack.operation };
    if (stack.operation.kind === 'delete') await deleteStack(work);
    else await PHASES[stack.operation.phase](work);
  }
}

const PHASES: Record<RunningOperation['phase'], (work: Work) => Promise<void>> = {
  forward,
  cleanup,
  back,
  'back-cleanup': backCleanup,
};

async function forward(work: Work): Promise<void> {
  const { cfn, stack, operation } = work;
  const updating = operation.kind === 'update';
  let plan: Plan;
  try {
    plan = planOf(cfn, stack, operation.target);
    const bring = (id: string) => bringForward(work, plan, id);
    const { failures } = await runGraph(plan.graph, bring, (failed) => failed === 0 && !cfn.closing);
    if (cfn.closing) return;
    if (failures.length > 0) {
      const ids = failures.map(({ id }) => id).join(', ');
      throw new Error(`The following resource(s) failed to ${operation.kind}: [${ids}].`);
    }
    succeed(work, plan);
  } catch (error) {
    const failed = updating ? 'UPDATE_FAILED' : 'CREATE_FAILED';
    if (operation.onFailure === 'nothing') return finish(work, failed, messageOf(error));
    if (operation.onFailure === 'delete' && !updating) {
      const deletion: RunningOperation = { ...operation, kind: 'delete' };
      setStackStatus(cfn, stack, 'DELETE_IN_PROGRESS', messageOf(error), { operation: deletion });
      return;
    }
    const rolling = updating ? 'UPDATE_ROLLBACK_IN_PROGRESS' : 'ROLLBACK_IN_PROGRESS';
    setStackStatus(cfn, stack, rolling, messageOf(error), { operation: { ...operation, phase: 'back' } });
  }
}

/** Everything exists as the plan wants it: the stack becomes the target. */
function succeed(work: Work, plan: Plan): void {
  const { cfn, stack, operation } = work;
  const lookup = physicalOf(work);
  // Resolves all once more, so that every import is known, also where this run had nothing to do.
  for (const id of plan.active.keys()) plan.properties(id, lookup);
  const outputs = plan.outputs(lookup);
  const exported = new Map(
    outputs.flatMap(({ exportName, value }) => (exportName === undefined ? [] : [[exportName, value]])),
  );
  checkExportsFree(cfn, stack.id, exported.keys());
  checkExportsKept(cfn, stack, exported);
  const change: Partial<Stack> = {
    definition: operation.target,
    description: plan.template.Description,
    outputs,
    imports: [...plan.imports],
  };
  if (operation.kind === 'create') finish(work, 'CREATE_COMPLETE', undefined, change);
  else
    setStackStatus(cfn, stack, 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', undefined, {
      ...change,
      operation: { ...operation, phase: 'cleanup' },
    });
}

/** What cannot be deleted is left with its event, as CloudFormation does: the update has succeeded. */
async function cleanup(work: Work): Promise<void> {
  const plan = planOf(work.cfn, work.stack, work.operation.target);
  await removeObsolete(work, new Set(plan.active.keys()));
  if (!work.cfn.closing) finish(work, 'UPDATE_COMPLETE');
}

async function back(work: Work): Promise<void> {
  const { cfn, stack, operation } = work;
  const failures: unknown[] = [];
  if (operation.kind === 'update')
    for (const resource of resourcesOf(cfn, stack.id)) {
      if (cfn.closing) return;
      await bringBack(work, resource).catch((error: unknown) => failures.push(error));
    }
  if (failures.length > 0) return finish(work, 'UPDATE_ROLLBACK_FAILED', failures.map(messageOf).join('; '));
  const next: Partial<Stack> = { operation: { ...operation, phase: 'back-cleanup' } };
  if (operation.kind === 'update')
    setStackStatus(cfn, stack, 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', undefined, next);
  else cfn.stacks.put(stack.id, { ...stack, ...next });
}

async function backCleanup(work: Work): Promise<void> {
  const { operation, cfn } = work;
  if (operation.kind === 'update') {
    await removeLeftovers(work);
    if (!cfn.closing) finish(work, 'UPDATE_ROLLBACK_COMPLETE');
    return;
  }
  const failed = await removeAll(work, 'rollback');
  if (cfn.closing) return;
  if (failed.length === 0) finish(work, 'ROLLBACK_COMPLETE');
  else finish(work, 'ROLLBACK_FAILED', `The following resource(s) failed to delete: [${failed.join(', ')}].`);
}

async function deleteStack(work: Work): Promise<void> {
  const { cfn, stack } = work;
  try {
    checkExportsKept(cfn, stack, new Map());
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return finish(work, 'DELETE_FAILED', error.message);
  }
  const failed = await removeAll(work, 'delete');
  if (cfn.closing) return;
  if (failed.length > 0)
    return finish(work, 'DELETE_FAILED', `The following resource(s) failed to delete: [${failed.join(', ')}].`);
  cfn.names.delete(stack.name);
  for (const { key } of cfn.changeSets.list({ prefix: `${stack.id}|` })) cfn.changeSets.delete(key);
  finish(work, 'DELETE_COMPLETE', undefined, { deleted: cfn.kernel.clock.now(), outputs: [], imports: [] });
}

/** Ends the operation: status, event, and no more attempts on record. */
function finish({ cfn, stack }: Work, status: Stack['status'], reason?: string, change: Partial<Stack> = {}): void {
  for (const { attempt, ...resource } of resourcesOf(cfn, stack.id))
    if (attempt) cfn.resources.put(resourceKey(stack.id, resource.logicalId), resource);
  const { operation: _, ...ended } = setStackStatus(cfn, stack, status, reason, change);
  cfn.stacks.put(stack.id, ended);
}
