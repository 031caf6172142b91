import type { Change, ChangeSetStatus, ExecutionStatus } from '@aws-sdk/client-cloudformation';
import type { Plan } from './plan.ts';
import type { Definition, Stack, StackResource } from './stack.ts';
import type { CloudFormation } from './state.ts';
import { resourcesOf } from './state.ts';
import { hasUnknown, unknownPhysical } from './unknown.ts';

export interface ChangeSet {
  id: string;
  name: string;
  stackId: string;
  stackName: string;
  created: number;
  type: 'CREATE' | 'UPDATE';
  description?: string;
  status: ChangeSetStatus;
  reason?: string;
  executionStatus: ExecutionStatus;
  target: Definition;
  changes: Change[];
  onStackFailure?: string;
}

export const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** What an operation to `plan` would do to a stack's resources. */
export function changesOf(cfn: CloudFormation, stack: Stack, plan: Plan): Change[] {
  const existing = new Map(resourcesOf(cfn, stack.id).map((resource) => [resource.logicalId, resource]));
  const changes: Change[] = [];
  const replaced = new Set<string>();
  const lookup = (id: string) => (replaced.has(id) ? unknownPhysical : (existing.get(id)?.physical ?? unknownPhysical));
  for (const id of inOrder(plan)) {
    const type = plan.active.get(id)?.Type ?? '';
    const resource = existing.get(id);
    if (!resource?.physical) {
      replaced.add(id);
      changes.push(change('Add', id, type));
      continue;
    }
    const { modified, replacement } = compare(cfn, resource, plan.properties(id, lookup));
    if (replacement !== 'False') replaced.add(id);
    if (modified) changes.push({ ...change('Modify', id, type, resource, replacement) });
  }
  for (const [id, resource] of existing)
    if (!plan.active.has(id) && resource.physical) changes.push(change('Remove', id, resource.type, resource));
  return changes;
}

/** Whether anything is to be done: resources, outputs, tags. */
export function hasChanges(cfn: CloudFormation, stack: Stack, plan: Plan, target: Definition): boolean {
  if (changesOf(cfn, stack, plan).length > 0) return true;
  if (canonical(stack.definition.tags) !== canonical(target.tags)) return true;
  const existing = new Map(resourcesOf(cfn, stack.id).map((resource) => [resource.logicalId, resource]));
  const outputs = plan.outputs((id) => existing.get(id)?.physical ?? unknownPhysical);
  return canonical(outputs) !== canonical(stack.outputs);
}

function compare(cfn: CloudFormation, resource: StackResource, properties: Record<string, unknown>) {
  const previous = resource.physical?.properties ?? {};
  if (canonical(previous) === canonical(properties)) return { modified: false, replacement: 'False' as const };
  if (hasUnknown(properties)) return { modified: true, replacement: 'Conditional' as const };
  const provider = cfn.kernel.resourceProvider(resource.type);
  const replaces = !provider?.update || provider.replaces?.(properties, previous);
  return { modified: true, replacement: replaces ? ('True' as const) : ('False' as const) };
}

function change(
  Action: 'Add' | 'Modify' | 'Remove',
  LogicalResourceId: string,
  ResourceType: string,
  resource?: StackResource,
  Replacement?: 'True' | 'False' | 'Conditional',
): Change {
  return {
    Type: 'Resource',
    ResourceChange: {
      Action,
      LogicalResourceId,
      ...(resource?.physical ? { PhysicalResourceId: resource.physical.id } : {}),
      ResourceType,
      ...(Replacement === undefined ? {} : { Replacement }),
      Scope: Action === 'Modify' ? ['Properties'] : [],
      Details: [],
    },
  };
}

/** Resources, each behind those that it needs. */
function inOrder({ graph }: Plan): string[] {
  const order = new Set<string>();
  const visit = (id: string) => {
    if (order.has(id)) return;
    for (const needed of graph.get(id) ?? []) visit(needed);
    order.add(id);
  };
  for (const id of graph.keys()) visit(id);
  return [...order];
}

/** JSON with keys in order, to compare by. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}
