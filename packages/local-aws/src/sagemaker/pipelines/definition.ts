import { z } from 'zod';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import { parameterValues } from './parameters.ts';
import { referencesIn } from './references.ts';

/** Steps that can be run here; the published schema knows more. */
const stepTypes = ['Processing', 'Training', 'Condition', 'RegisterModel', 'Fail'] as const;
export type StepType = (typeof stepTypes)[number];

const parameter = z.object({
  Name: z.string(),
  Type: z.enum(['String', 'Integer', 'Float', 'Boolean']),
  DefaultValue: z.union([z.string(), z.number(), z.boolean()]).optional(),
  EnumValues: z.array(z.union([z.string(), z.number()])).optional(),
});
export type Parameter = z.infer<typeof parameter>;

const propertyFile = z.object({ PropertyFileName: z.string(), OutputName: z.string(), FilePath: z.string() });

const step = z.object({
  Name: z.string().regex(/^[A-Za-z0-9](-*[A-Za-z0-9_])*$/),
  Type: z.enum(stepTypes),
  Arguments: z.record(z.string(), z.unknown()),
  DependsOn: z.array(z.string()).optional(),
  DisplayName: z.string().optional(),
  Description: z.string().optional(),
  PropertyFiles: z.array(propertyFile).optional(),
  CacheConfig: z.object({ Enabled: z.boolean(), ExpireAfter: z.string().optional() }).optional(),
});

const document = z.object({
  Version: z.literal('2020-12-01'),
  Parameters: z.array(parameter).optional(),
  Steps: z.array(z.unknown()).min(1),
});

/** What a Condition step holds besides its conditions. */
const branches = z.object({
  Conditions: z.array(z.unknown()).min(1),
  IfSteps: z.array(z.unknown()).optional(),
  ElseSteps: z.array(z.unknown()).optional(),
});

export interface Step extends z.infer<typeof step> {
  /** The condition whose outcome lets this step run; undefined for a step of the top level. */
  branch?: { condition: string; outcome: 'True' | 'False' };
  /** Steps that must have succeeded first: named ones, and those whose results the arguments refer to. */
  needs: string[];
}

export interface Definition {
  parameters: Parameter[];
  /** All steps, those of branches too. */
  steps: Step[];
}

/** Reads a pipeline definition; what is wrong with it is said as SageMaker says it when a pipeline is made. */
export function parseDefinition(text: string): Definition {
  let parsed: z.infer<typeof document>;
  const steps: Step[] = [];
  try {
    parsed = document.parse(JSON.parse(text));
    collect(parsed.Steps, undefined, steps);
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : messageOf(cause);
    throw invalid(why, cause);
  }
  const definition = { parameters: parsed.Parameters ?? [], steps };
  check(definition);
  return definition;
}

function collect(raw: unknown[], branch: Step['branch'], into: Step[]): void {
  for (const entry of raw) {
    const parsed = step.parse(entry);
    let { Arguments } = parsed;
    if (parsed.Type === 'Condition') {
      const { Conditions, IfSteps = [], ElseSteps = [] } = branches.parse(Arguments);
      Arguments = { Conditions };
      collect(IfSteps, { condition: parsed.Name, outcome: 'True' }, into);
      collect(ElseSteps, { condition: parsed.Name, outcome: 'False' }, into);
    }
    const named = referencesIn(Arguments).flatMap(({ root, name }) => (root === 'Steps' ? [name] : []));
    const needs = [...new Set([...(parsed.DependsOn ?? []), ...named, ...(branch ? [branch.condition] : [])])];
    into.push({ ...parsed, Arguments, needs, ...(branch && { branch }) });
  }
}

function check({ parameters, steps }: Definition): void {
  if (parameters.length > 200) throw invalid(`A pipeline has at most 200 parameters, not ${parameters.length}`);
  const again = parameters.find(({ Name }, index) => parameters.findIndex((other) => other.Name === Name) < index);
  if (again) throw invalid(`Parameter names must be unique: ${again.Name}`);
  // A default that isn't of its parameter's type, or not one of its values.
  for (const parameter of parameters) if (parameter.DefaultValue !== undefined) parameterValues([parameter], {});
  const names = steps.map(({ Name }) => Name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`Step names must be unique: ${twice}`);
  const known = new Set(parameters.map(({ Name }) => Name));
  for (const { Name, Arguments, needs } of steps) {
    for (const { root, name } of referencesIn(Arguments))
      if (root === 'Parameters' && !known.has(name))
        throw invalid(`Step ${Name} refers to the parameter ${name}, which is not defined`);
    for (const need of needs) {
      const needed = steps.find((other) => other.Name === need);
      if (!needed) throw invalid(`Step ${Name} depends on the step ${need}, which does not exist`);
      if (needed.Type === 'Fail') throw invalid(`Step ${Name} depends on the Fail step ${need}`);
    }
  }
  const done = new Set<string>();
  for (let left = steps; left.length > 0; ) {
    const free = left.filter(({ needs }) => needs.every((need) => done.has(need)));
    if (free.length === 0) throw invalid(`Steps depend on each other: ${left.map(({ Name }) => Name).join(', ')}`);
    for (const { Name } of free) done.add(Name);
    left = left.filter((entry) => !free.includes(entry));
  }
}

const invalid = (why: string, cause?: unknown) =>
  new AwsError('ValidationException', `Unable to parse pipeline definition. ${why}`, { cause });
