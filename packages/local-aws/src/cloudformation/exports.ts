import { AwsError } from '../kernel/errors.ts';
import type { Stack } from './stack.ts';
import type { CloudFormation } from './state.ts';

export interface StackExport {
  name: string;
  value: string;
  stackId: string;
  stackName: string;
}

/** Every export of the stacks that exist, by name. */
export function allExports(cfn: CloudFormation): StackExport[] {
  const exports = liveStacks(cfn).flatMap((stack) =>
    stack.outputs.flatMap(({ exportName, value }) =>
      exportName === undefined ? [] : [{ name: exportName, value, stackId: stack.id, stackName: stack.name }],
    ),
  );
  return exports.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names of the stacks that import an export. */
export function importers(cfn: CloudFormation, exportName: string): string[] {
  return liveStacks(cfn)
    .filter(({ imports }) => imports.includes(exportName))
    .map(({ name }) => name);
}

/** Throws when an export that other stacks use would go or change. */
export function checkExportsKept(cfn: CloudFormation, stack: Stack, next: ReadonlyMap<string, string>): void {
  for (const { exportName, value } of stack.outputs) {
    if (exportName === undefined || next.get(exportName) === value) continue;
    const users = importers(cfn, exportName).filter((name) => name !== stack.name);
    if (users.length === 0) continue;
    const action = next.has(exportName) ? 'updated' : 'deleted';
    throw new AwsError(
      'ValidationError',
      `Export ${exportName} cannot be ${action} as it is in use by ${users.join(', ')}`,
    );
  }
}

/** Throws when another stack exports one of these names. */
export function checkExportsFree(cfn: CloudFormation, stackId: string, names: Iterable<string>): void {
  const taken = new Map(allExports(cfn).map(({ name, stackId: owner, stackName }) => [name, { owner, stackName }]));
  for (const name of names) {
    const other = taken.get(name);
    if (other && other.owner !== stackId)
      throw new AwsError('ValidationError', `Export with name ${name} is already exported by stack ${other.stackName}`);
  }
}

export function liveStacks(cfn: CloudFormation): Stack[] {
  return cfn.names.list().flatMap(({ value }) => cfn.stacks.get(value) ?? []);
}
