import jsonata from 'jsonata';
import { jsonataMessage } from '../definition/expressions.ts';
import type { Json, JsonObject } from '../json.ts';
import { StateError } from './failure.ts';
import { addFunctions } from './functions.ts';

/** What expressions of one state may use. */
export interface Scope {
  states: {
    input: Json;
    context: JsonObject;
    result?: Json;
    errorOutput?: Json;
  };
  variables: JsonObject;
}

/** A runaway expression must not stop the process: its time in ms, and its depth. */
const LIMITS = { timeout: 5000, stack: 500 };

/**
 * A template with every `{% … %}` in it evaluated; everything else stays as it is. `field` names the place for error
 * messages, e.g. `Arguments`.
 */
export async function evaluate(template: Json, scope: Scope, field: string): Promise<Json> {
  if (typeof template === 'string') {
    const text = /^\{%([\s\S]*)%\}$/.exec(template)?.[1];
    return text === undefined ? template : evaluateText(text.trim(), scope, field);
  }
  if (Array.isArray(template)) {
    const items: Json[] = [];
    for (const [index, item] of template.entries()) items.push(await evaluate(item, scope, `${field}[${index}]`));
    return items;
  }
  if (typeof template === 'object' && template !== null) {
    const members: JsonObject = {};
    for (const [name, member] of Object.entries(template))
      members[name] = await evaluate(member, scope, `${field}/${name}`);
    return members;
  }
  return template;
}

async function evaluateText(text: string, scope: Scope, field: string): Promise<Json> {
  const failed = (why: string) =>
    queryError(`The JSONata expression '${text}' specified for the field '${field}' ${why}`, field);
  let value: unknown;
  try {
    const expression = jsonata(text, LIMITS);
    addFunctions(expression);
    value = await expression.evaluate(undefined, { ...scope.variables, states: scope.states });
  } catch (error) {
    throw failed(`threw an error during evaluation. ${jsonataMessage(error)}`);
  }
  if (value === undefined) throw failed('returned nothing (undefined).');
  const json = JSON.stringify(value);
  if (typeof value === 'function' || json === undefined || isFunction(value))
    throw failed('returned a function, which is not a JSON value.');
  return JSON.parse(json);
}

/** JSONata's lambdas and natives are objects with a mark. */
function isFunction(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value);
}

interface Typed {
  array: Json[];
  boolean: boolean;
  number: number;
  string: string;
}

/** A field that must give a value of one type. */
export async function evaluateTo<Type extends keyof Typed>(
  type: Type,
  template: Json,
  scope: Scope,
  field: string,
): Promise<Typed[Type]> {
  const value = await evaluate(template, scope, field);
  // The check is what makes the type true.
  if (typeOf(value) === type) return value as Typed[Type];
  const expression =
    typeof template === 'string' ? template.replace(/^\{%|%\}$/g, '').trim() : JSON.stringify(template);
  throw queryError(
    `The JSONata expression '${expression}' specified for the field '${field}' returned an unexpected result type. Expected '${type}', but was '${typeOf(value)}' for value: ${JSON.stringify(value).slice(0, 200)}`,
    field,
  );
}

/** The longest of the language's times in seconds, and the largest of its counts. */
const MOST = 99_999_999;

/** A field that must give an integer of at least `least`. */
export async function evaluateInteger(template: Json, scope: Scope, field: string, least = 0): Promise<number> {
  const value = await evaluateTo('number', template, scope, field);
  if (Number.isInteger(value) && value >= least && value <= MOST) return value;
  throw queryError(`The field '${field}' must be an integer from ${least} to ${MOST}, but is ${value}.`, field);
}

export function queryError(cause: string, field: string): StateError {
  return new StateError('States.QueryEvaluationError', cause, field);
}

function typeOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
