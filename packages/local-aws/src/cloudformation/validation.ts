import type { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { checkExportsFree } from './exports.ts';
import { isRecord } from './intrinsics.ts';
import type { Lookup, Plan } from './plan.ts';
import type { CloudFormation } from './state.ts';
import { hasUnknown, unknownPhysical } from './unknown.ts';

/**
 * Refuses a plan that could not be carried out, before anything is made: unknown resource types, properties and
 * attributes, each by name.
 */
export function validatePlan(cfn: CloudFormation, stackId: string, plan: Plan, current: Lookup): void {
  const unknownTypes = new Set(
    [...plan.active.values()].map(({ Type }) => Type).filter((type) => !cfn.kernel.resourceProvider(type)),
  );
  if (unknownTypes.size > 0)
    throw new AwsError(
      'ValidationError',
      `Template format error: Unrecognized resource types: [${[...unknownTypes].join(', ')}]`,
    );
  const lookup: Lookup = (id) => (plan.active.has(id) ? (current(id) ?? unknownPhysical) : undefined);
  for (const [id, { Type }] of plan.active) {
    const properties = plan.properties(id, lookup);
    const parsed = cfn.kernel.resourceProvider(Type)?.properties.safeParse(properties);
    const issues = parsed?.error?.issues.filter((issue) => !concernsUnknown(properties, issue)) ?? [];
    if (issues.length > 0) throw new AwsError('ValidationError', validationMessage(id, Type, issues));
  }
  const exported = plan.outputs(lookup).flatMap(({ exportName }) => exportName ?? []);
  const twice = exported.find((name, index) => exported.indexOf(name) !== index);
  if (twice !== undefined)
    throw new AwsError('ValidationError', `Template format error: Duplicate Export names are not allowed: ${twice}`);
  checkExportsFree(cfn, stackId, exported);
}

function validationMessage(id: string, type: string, issues: z.core.$ZodIssue[]): string {
  const lines = issues.map((issue) => {
    const path = `#${issue.path.map((step) => `/${String(step)}`).join('')}`;
    if (issue.code === 'unrecognized_keys')
      return `${path}: extraneous key [${issue.keys.join(', ')}] is not permitted`;
    return `${path}: ${issue.message}`;
  });
  return `Properties validation failed for resource ${id} (${type}) with message:\n${lines.join('\n')}`;
}

/** Whether an issue is about a value that isn't known yet, or about one that has such a value in it. */
function concernsUnknown(root: unknown, issue: z.core.$ZodIssue): boolean {
  let value = root;
  for (const step of issue.path) {
    if (typeof value === 'string') break;
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isRecord(value)) value = value[String(step)];
    else return false;
  }
  return typeof value === 'string' || issue.code === 'custom' || issue.code === 'invalid_union'
    ? hasUnknown(value)
    : false;
}
