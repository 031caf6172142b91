import type { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { checkExportsFree } from './exports.ts';
import { isRecord } from './intrinsics.ts';
import type { Lookup, Plan } from './plan.ts';
import type { CloudFormation } from './state.ts';

/** Stands for what is known only when other resources exist. No template holds it: it isn't writable in JSON text unescaped. */
const UNKNOWN = '\u0000unknown\u0000';

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
  const lookup: Lookup = (id) => (plan.active.has(id) ? (current(id) ?? ANY) : undefined);
  for (const [id, { Type }] of plan.active) {
    const properties = plan.properties(id, lookup);
    const parsed = cfn.kernel.resourceProvider(Type)?.properties.safeParse(properties);
    const issues = parsed?.error?.issues.filter((issue) => !isUnknown(properties, issue.path)) ?? [];
    if (issues.length > 0) throw new AwsError('ValidationError', validationMessage(id, Type, issues));
  }
  const exported = plan.outputs(lookup).flatMap(({ exportName }) => exportName ?? []);
  const twice = exported.find((name, index) => exported.indexOf(name) !== index);
  if (twice !== undefined)
    throw new AwsError('ValidationError', `Template format error: Duplicate Export names are not allowed: ${twice}`);
  checkExportsFree(cfn, stackId, exported);
}

export function validationMessage(id: string, type: string, issues: z.core.$ZodIssue[]): string {
  const lines = issues.map((issue) => {
    const path = `#${issue.path.map((step) => `/${String(step)}`).join('')}`;
    if (issue.code === 'unrecognized_keys')
      return `${path}: extraneous key [${issue.keys.join(', ')}] is not permitted`;
    return `${path}: ${issue.message}`;
  });
  return `Properties validation failed for resource ${id} (${type}) with message:\n${lines.join('\n')}`;
}

/** A resource that doesn't exist yet: it may have any attribute. */
const ANY: ReturnType<Lookup> & object = {
  id: UNKNOWN,
  attributes: new Proxy<Record<string, string>>({}, { get: () => UNKNOWN }),
};

/** Whether the value that an issue is about comes from something that isn't known yet. */
function isUnknown(root: unknown, path: readonly PropertyKey[]): boolean {
  let value = root;
  for (const step of [...path, undefined]) {
    if (typeof value === 'string' && value.includes(UNKNOWN)) return true;
    if (step === undefined) return false;
    if (Array.isArray(value)) value = value[Number(step)];
    else if (isRecord(value)) value = value[String(step)];
    else return false;
  }
  return false;
}

/** Whether resolved properties depend on something that isn't known yet. */
export function hasUnknown(value: unknown): boolean {
  if (typeof value === 'string') return value.includes(UNKNOWN);
  if (Array.isArray(value)) return value.some(hasUnknown);
  return isRecord(value) && Object.values(value).some(hasUnknown);
}

export const unknownPhysical = ANY;
