import { AwsError } from '../kernel/errors.ts';
import { getAttParts, isRecord, substitute } from './intrinsics.ts';
import type { Template } from './template.ts';

/** The names that a value of a template refers to: resources, parameters and pseudo parameters. */
export function namesIn(value: unknown): Set<string> {
  const names = new Set<string>();
  visit(value, names);
  return names;
}

function visit(value: unknown, names: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) visit(item, names);
  if (!isRecord(value)) return;
  for (const [key, item] of Object.entries(value)) {
    if (key === 'Ref' && typeof item === 'string') names.add(item);
    else if (key === 'Fn::GetAtt') names.add(getAttParts(item)[0]);
    else if (key === 'Fn::Sub') visitSub(item, names);
    else visit(item, names);
  }
}

function visitSub(argument: unknown, names: Set<string>): void {
  const [format, variables]: unknown[] = Array.isArray(argument) ? argument : [argument];
  const own = isRecord(variables) ? variables : {};
  visit(own, names);
  substitute(typeof format === 'string' ? format : '', (name) => {
    if (!Object.hasOwn(own, name)) names.add(name.split('.')[0] ?? name);
    return '';
  });
}

/** Which resources each resource needs first. `active` are those whose condition holds. */
export function dependencyGraph(template: Template, active: Set<string>): Map<string, Set<string>> {
  const known = new Set([...Object.keys(template.Parameters), ...Object.keys(template.Resources)]);
  const unknown = new Set<string>();
  const graph = new Map<string, Set<string>>();
  for (const [id, resource] of Object.entries(template.Resources)) {
    const names = [...resource.DependsOn, ...namesIn(resource.Properties)];
    for (const name of names) if (!known.has(name) && !name.startsWith('AWS::')) unknown.add(name);
    const needed = names.filter((name) => active.has(name) && name !== id);
    if (active.has(id)) graph.set(id, new Set(needed));
  }
  for (const output of Object.values(template.Outputs))
    for (const name of namesIn([output.Value, output.Export?.Name]))
      if (!known.has(name) && !name.startsWith('AWS::')) unknown.add(name);
  if (unknown.size > 0)
    throw new AwsError(
      'ValidationError',
      `Template format error: Unresolved resource dependencies [${[...unknown].join(', ')}] in the Resources block of the template`,
    );
  checkNoCycle(graph);
  return graph;
}

function checkNoCycle(graph: Map<string, Set<string>>): void {
  const left = new Map(graph);
  for (let removed = true; removed; ) {
    removed = false;
    for (const [id, needed] of left)
      if (![...needed].some((name) => left.has(name))) {
        left.delete(id);
        removed = true;
      }
  }
  if (left.size > 0)
    throw new AwsError('ValidationError', `Circular dependency between resources: [${[...left.keys()].join(', ')}]`);
}

/** How many resources are worked on at a time. */
const CONCURRENCY = 8;

/**
 * Runs `work` for each id, several at a time, what an id needs before it; so after a failure nothing of what needs it is
 * begun. `mayBegin` says whether anything else may be, after so many failures.
 */
export async function runGraph(
  graph: ReadonlyMap<string, ReadonlySet<string>>,
  work: (id: string) => Promise<void>,
  mayBegin: (failures: number) => boolean,
): Promise<{ failures: { id: string; error: unknown }[] }> {
  const waiting = new Set(graph.keys());
  const unfinished = new Set(graph.keys());
  const failures: { id: string; error: unknown }[] = [];
  const running = new Map<string, Promise<void>>();
  for (;;) {
    if (mayBegin(failures.length))
      for (const id of waiting) {
        if (running.size >= CONCURRENCY) break;
        if ([...(graph.get(id) ?? [])].some((needed) => unfinished.has(needed))) continue;
        waiting.delete(id);
        const run = work(id)
          .then(() => void unfinished.delete(id))
          .catch((error: unknown) => void failures.push({ id, error }))
          .finally(() => running.delete(id));
        running.set(id, run);
      }
    if (running.size === 0) return { failures };
    await Promise.race(running.values());
  }
}

/** The same graph with every edge turned round: what is to be deleted before. */
export function reversed(graph: ReadonlyMap<string, ReadonlySet<string>>): Map<string, Set<string>> {
  const turned = new Map<string, Set<string>>([...graph.keys()].map((id) => [id, new Set()]));
  for (const [id, needed] of graph) for (const name of needed) turned.get(name)?.add(id);
  return turned;
}
