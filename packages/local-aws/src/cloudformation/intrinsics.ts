import { AwsError } from '../kernel/errors.ts';
import { hasUnknown, UNKNOWN } from './unknown.ts';

/** What names in a template stand for. */
export interface Scope {
  /** Parameters and pseudo parameters. */
  parameters: Record<string, string | string[]>;
  mappings: Record<string, Record<string, Record<string, unknown>>>;
  condition(name: string): boolean;
  /** What `Ref` gives of a resource. */
  reference(logicalId: string): string;
  attribute(logicalId: string, name: string): string;
  importValue(name: string): string;
}

/** `Ref: AWS::NoValue`: the property, or the list's item, is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

type Resolve = (argument: unknown) => unknown;

/** Replaces all intrinsic functions in a value of a template. */
export function resolve(value: unknown, scope: Scope): unknown {
  const resolved = resolveValue(value, scope);
  return resolved === NO_VALUE ? undefined : resolved;
}

function resolveValue(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string' && value.includes('{{resolve:'))
    throw templateError(`dynamic references are not supported: ${value}`);
  if (Array.isArray(value)) return value.map((item) => resolveValue(item, scope)).filter((item) => item !== NO_VALUE);
  if (!isRecord(value)) return value;
  const [name, ...others] = Object.keys(value);
  if (name !== undefined && others.length === 0 && isFunction(name)) {
    const run = FUNCTIONS[name];
    if (!run) throw templateError(`the function ${name} is not supported`);
    return run(value[name], scope, (argument) => resolveValue(argument, scope));
  }
  const entries = Object.entries(value).map(([key, item]) => [key, resolveValue(item, scope)] as const);
  return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
}

export const isFunction = (name: string) => name === 'Ref' || name.startsWith('Fn::');

const FUNCTIONS: Record<string, (argument: unknown, scope: Scope, resolve: Resolve) => unknown> = {
  Ref(argument, scope) {
    const name = text('Ref', argument);
    return name === 'AWS::NoValue' ? NO_VALUE : referTo(name, scope);
  },
  'Fn::GetAtt'(argument, scope, resolve) {
    const [logicalId, attribute] = getAttParts(argument);
    return scope.attribute(logicalId, text('Fn::GetAtt', resolve(attribute)));
  },
  'Fn::Join'(argument, _scope, resolve) {
    const [delimiter, items] = list('Fn::Join', argument, 2);
    return list('Fn::Join', resolve(items))
      .map((item) => text('Fn::Join', item))
      .join(text('Fn::Join', delimiter));
  },
  'Fn::Sub'(argument, scope, resolve) {
    const [format, variables] = Array.isArray(argument) ? list('Fn::Sub', argument, 2) : [argument, {}];
    const values = isRecord(variables) ? variables : {};
    return substitute(text('Fn::Sub', format), (name) => {
      if (Object.hasOwn(values, name)) return text('Fn::Sub', resolve(values[name]));
      const dot = name.indexOf('.');
      const value = dot < 0 ? referTo(name, scope) : scope.attribute(name.slice(0, dot), name.slice(dot + 1));
      return text('Fn::Sub', value);
    });
  },
  'Fn::ImportValue': (argument, scope, resolve) => scope.importValue(text('Fn::ImportValue', resolve(argument))),
  'Fn::Select'(argument, _scope, resolve) {
    const [index, items] = list('Fn::Select', argument, 2);
    const values = list('Fn::Select', resolve(items));
    const at = Number(text('Fn::Select', resolve(index)));
    // What will be split has as many parts as it will have.
    if (!(at in values) && hasUnknown(values)) return UNKNOWN;
    if (!(at in values)) throw templateError(`Fn::Select cannot select nonexistent value at index ${at}`);
    return values[at];
  },
  'Fn::Split'(argument, _scope, resolve) {
    const [delimiter, source] = list('Fn::Split', argument, 2);
    return text('Fn::Split', resolve(source)).split(text('Fn::Split', delimiter));
  },
  'Fn::If'(argument, scope, resolve) {
    const [name, then, otherwise] = list('Fn::If', argument, 3);
    return resolve(scope.condition(text('Fn::If', name)) ? then : otherwise);
  },
  'Fn::FindInMap'(argument, scope, resolve) {
    const path = list('Fn::FindInMap', argument, 3).map((key) => text('Fn::FindInMap', resolve(key)));
    const [map = '', first = '', second = ''] = path;
    const value = scope.mappings[map]?.[first]?.[second];
    if (value === undefined) throw templateError(`unable to get mapping for ${path.join('::')}`);
    return value;
  },
  'Fn::Equals'(argument, _scope, resolve) {
    const [left, right] = list('Fn::Equals', argument, 2).map(resolve);
    return String(left) === String(right);
  },
  'Fn::And': (argument, scope) => list('Fn::And', argument).every((condition) => holds(condition, scope)),
  'Fn::Or': (argument, scope) => list('Fn::Or', argument).some((condition) => holds(condition, scope)),
  'Fn::Not': (argument, scope) => !holds(list('Fn::Not', argument, 1)[0], scope),
};

/** Evaluates a condition: a function, or `{Condition: name}`. */
export function holds(condition: unknown, scope: Scope): boolean {
  if (isRecord(condition) && typeof condition.Condition === 'string') return scope.condition(condition.Condition);
  const value = resolve(condition, scope);
  if (typeof value !== 'boolean') throw templateError('every condition must be one of the condition functions');
  return value;
}

/** Replaces `${name}`; `${!name}` stands for `${name}` itself. Names may begin with a digit. */
export function substitute(format: string, look: (name: string) => string): string {
  return format.replace(/\$\{(!?)([^{}]+)\}/g, (_, literal: string, name: string) =>
    literal ? `\${${name}}` : look(name.trim()),
  );
}

export function getAttParts(argument: unknown): [logicalId: string, attribute: unknown] {
  if (typeof argument === 'string' && argument.includes('.')) {
    const dot = argument.indexOf('.');
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  const [logicalId, attribute] = list('Fn::GetAtt', argument, 2);
  return [text('Fn::GetAtt', logicalId), attribute];
}

function referTo(name: string, scope: Scope): string | string[] {
  return Object.hasOwn(scope.parameters, name) ? (scope.parameters[name] ?? '') : scope.reference(name);
}

function text(where: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw templateError(`${where} needs text, not ${JSON.stringify(value) ?? String(value)}`);
}

function list(where: string, value: unknown, length?: number): unknown[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw templateError(`${where} needs a list${length === undefined ? '' : ` of ${length}`}`);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function templateError(message: string): AwsError {
  return new AwsError('ValidationError', `Template error: ${message}`);
}
