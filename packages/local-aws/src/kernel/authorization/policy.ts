import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Condition, condition, conditionProblem } from './conditions.ts';
import { glob, type Matcher } from './pattern.ts';

/** What a policy hangs on decides what it must say: an identity's names no principal, a role's trust no resource. */
export type PolicyKind = 'identity' | 'resource' | 'trust';

export interface Statement {
  /** Tells a statement from others and from its own later versions: `Sid` may be missing, and indexes shift. */
  digest: string;
  /** The statement as it was written. */
  source: { Sid?: string | undefined; Action?: string[]; NotAction?: string[]; Resource?: string[] };
  effect: 'Allow' | 'Deny';
  /** Absent in an identity's policy. */
  principals?: { anyone: boolean; aws: string[]; services: string[] };
  action: Matcher;
  resource: Matcher;
  conditions: Condition[];
}

export interface Policy {
  statements: Statement[];
}

/** A document that AWS would refuse, in its words. Each service has a code of its own for it. */
export class MalformedPolicy extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'MalformedPolicy';
  }
}

const values = z.union([z.string().transform((text) => [text]), z.array(z.string())]);
/** Of a condition: booleans and numbers count as their text. */
const operands = z
  .union([z.string(), z.boolean(), z.number()])
  .transform((value) => [String(value)])
  .or(z.array(z.union([z.string(), z.boolean(), z.number()]).transform(String)));
const principal = z.union([z.literal('*'), z.strictObject({ AWS: values.optional(), Service: values.optional() })]);
const statementSchema = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Principal: principal.optional(),
  Action: values.optional(),
  NotAction: values.optional(),
  Resource: values.optional(),
  NotResource: values.optional(),
  Condition: z.record(z.string(), z.record(z.string(), operands)).optional(),
});
const documentSchema = z.strictObject({
  Version: z.enum(['2012-10-17', '2008-10-17']).optional(),
  Id: z.string().optional(),
  Statement: z.union([z.array(statementSchema), statementSchema.transform((one) => [one])]),
});

type StatementSource = z.infer<typeof statementSchema>;

/** By kind and text: a document is compiled once, however many roles hold it and however often it is asked. */
const compiled = new Map<string, Policy>();
const MOST_COMPILED = 2000;

/** @throws MalformedPolicy */
export function parsePolicy(text: string, kind: PolicyKind): Policy {
  const key = `${kind} ${text}`;
  const known = compiled.get(key);
  if (known) return known;
  const policy = compile(text, kind);
  if (compiled.size >= MOST_COMPILED) compiled.clear();
  compiled.set(key, policy);
  return policy;
}

function compile(text: string, kind: PolicyKind): Policy {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new MalformedPolicy('This policy contains invalid Json', cause);
  }
  const parsed = documentSchema.safeParse(json);
  if (!parsed.success) throw new MalformedPolicy(`Syntax errors in policy. ${z.prettifyError(parsed.error)}`);
  const sids = parsed.data.Statement.flatMap(({ Sid }) => Sid ?? []);
  if (new Set(sids).size < sids.length)
    throw new MalformedPolicy('Statement IDs (SID) in a single policy must be unique.');
  return { statements: parsed.data.Statement.map((source) => compileStatement(source, kind)) };
}

function compileStatement(source: StatementSource, kind: PolicyKind): Statement {
  const problem = problemOf(source, kind);
  if (problem !== undefined) throw new MalformedPolicy(problem);
  const { Sid, Effect, Principal, Action, NotAction, Resource, NotResource, Condition = {} } = source;
  const lower = (patterns: string[]) => patterns.map((pattern) => pattern.toLowerCase());
  const oneOf = (wanted: string[] | undefined, unwanted: string[] | undefined): Matcher => {
    const matchers = (wanted ?? unwanted ?? ['*']).map(glob);
    const some: Matcher = (value) => matchers.some((matches) => matches(value));
    return unwanted ? (value) => !some(value) : some;
  };
  return {
    digest: createHash('sha256').update(JSON.stringify(source)).digest('hex').slice(0, 16),
    source: { Sid, ...(Action && { Action }), ...(NotAction && { NotAction }), ...(Resource && { Resource }) },
    effect: Effect,
    ...(Principal !== undefined && { principals: principalsOf(Principal) }),
    action: oneOf(Action && lower(Action), NotAction && lower(NotAction)),
    resource: oneOf(Resource, NotResource),
    conditions: Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, wanted]) => condition(operator, key, wanted)),
    ),
  };
}

function problemOf(source: StatementSource, kind: PolicyKind): string | undefined {
  const { Principal, Action, NotAction, Resource, NotResource, Condition = {} } = source;
  if ((Action === undefined) === (NotAction === undefined)) return 'Policy statement must contain actions.';
  const actions = Action ?? NotAction ?? [];
  if (actions.length === 0) return 'Policy statement must contain actions.';
  if (actions.some((action) => action !== '*' && !/^[a-z0-9-]+:[a-z0-9*?]+$/i.test(action)))
    return 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
  if (kind === 'trust') {
    if (Resource !== undefined || NotResource !== undefined) return 'Has prohibited field Resource';
    if (actions.some((action) => !/^sts:/i.test(action)))
      return 'AssumeRole policy may only specify STS AssumeRole actions.';
  } else {
    if ((Resource === undefined) === (NotResource === undefined)) return 'Policy statement must contain resources.';
    const wrong = (Resource ?? NotResource ?? []).find(
      (resource) => !/^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:.+)$/.test(resource),
    );
    if (wrong !== undefined) return `Resource ${wrong} must be in ARN format or "*".`;
  }
  if (kind === 'identity' && Principal !== undefined) return 'Policy document should not specify a principal.';
  if (kind !== 'identity' && Principal === undefined) return 'Missing required field Principal';
  const texts = [...(Resource ?? []), ...(NotResource ?? []), ...operandsOf(Condition)];
  const variable = texts.find((text) => text.includes('${'));
  if (variable !== undefined) return `Policy variables are not supported by this endpoint: ${variable}`;
  for (const [operator, keys] of Object.entries(Condition))
    for (const key of Object.keys(keys)) {
      const problem = conditionProblem(operator, key);
      if (problem !== undefined) return problem;
    }
  return undefined;
}

const operandsOf = (conditions: NonNullable<StatementSource['Condition']>): string[] =>
  Object.values(conditions).flatMap((keys) => Object.values(keys).flat());

function principalsOf(source: NonNullable<StatementSource['Principal']>): NonNullable<Statement['principals']> {
  if (source === '*') return { anyone: true, aws: [], services: [] };
  const { AWS: aws = [], Service: services = [] } = source;
  return { anyone: aws.includes('*'), aws, services };
}
