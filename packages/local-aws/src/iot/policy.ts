import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';

const oneOrMore = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
const documentSchema = z.strictObject({
  Version: z.string().optional(),
  Id: z.string().optional(),
  Statement: z.union([z.unknown().array(), z.unknown().transform((statement) => [statement])]).pipe(
    z.array(
      z.strictObject({
        Sid: z.string().optional(),
        Effect: z.enum(['Allow', 'Deny']),
        Action: oneOrMore,
        Resource: oneOrMore,
      }),
    ),
  ),
});

/** Variables that a policy may use, with what they stand for on a connection. */
export interface PolicyVariables {
  'iot:ClientId'?: string;
  'iot:Connection.Thing.ThingName'?: string;
}
const VARIABLES = ['iot:ClientId', 'iot:Connection.Thing.ThingName'];

/** Refuses what could not be decided later: unknown elements (conditions too) and variables. */
export function checkPolicy(document: string): void {
  const problem = problemOf(document);
  if (problem)
    throw new AwsError('MalformedPolicyException', `Policy document is malformed: ${problem}`, { status: 400 });
}

function problemOf(document: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch (error) {
    return String(error);
  }
  const parsed = documentSchema.safeParse(value);
  if (!parsed.success) return z.prettifyError(parsed.error);
  const used = [...document.matchAll(/\$\{([^}]*)\}/g)].map(([, name = '']) => name);
  const unknown = used.filter((name) => !VARIABLES.includes(name) && !['*', '?', '$'].includes(name));
  return unknown.length > 0 ? `unsupported policy variables ${unknown.join(', ')}` : undefined;
}

/**
 * Whether IoT policies allow an action on a resource: a statement allows it and none denies it ("AWS IoT Core policies").
 * A variable without a value matches nothing.
 */
export function policyAllows(
  documents: string[],
  action: string,
  resource: string,
  variables: PolicyVariables,
): boolean {
  const statements = documents.flatMap((document) => documentSchema.parse(JSON.parse(document)).Statement);
  const fits = statements.filter(
    ({ Action, Resource }) =>
      Action.some((pattern) => matcher(pattern, {}, 'i').test(action)) &&
      Resource.some((pattern) => matcher(pattern, variables).test(resource)),
  );
  return fits.some(({ Effect }) => Effect === 'Allow') && !fits.some(({ Effect }) => Effect === 'Deny');
}

const NOTHING = '(?!)';
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** `*` stands for any characters, `?` for one, `${name}` for a variable's value. */
function matcher(pattern: string, variables: PolicyVariables, flags = ''): RegExp {
  const values = new Map(Object.entries(variables));
  const source = pattern
    .split(/(\$\{[^}]*\}|\*|\?)/)
    .map((part) => {
      if (part === '*') return '.*';
      if (part === '?') return '.';
      if (!part.startsWith('${')) return escaped(part);
      const name = part.slice(2, -1);
      if (['*', '?', '$'].includes(name)) return escaped(name);
      const value = values.get(name);
      return value === undefined ? NOTHING : escaped(value);
    })
    .join('');
  return new RegExp(`^${source}$`, `s${flags}`);
}
