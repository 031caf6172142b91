import jsonata from 'jsonata';
import { messageOf } from '../../kernel/errors.ts';
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
    new StateError(
      'States.QueryEvaluationError',
      `The JSONata expression '${text}' specified for the field '${field}' ${why}`,
      field,
    );
  let value: unknown;
  try {
    const expression = jsonata(text, LIMITS);
    addFunctions(expression);
    value = await expression.evaluate(undefined, { ...scope.variables, states: scope.states });
  } catch (error) {
    const code = error instanceof Object && 'code' in error ? `${String(error.code)}: ` : '';
    throw failed(`threw an error during evaluation. ${code}${messageOf(error)}`);
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

/** A field that must give a number of 0 or more. */
export async function evaluateNumber(template: Json, scope: Scope, field: string): Promise<number> {
  const value = await evaluate(template, scope, field);
  if (typeof value !== 'number' || !(value >= 0))
    throw new StateError(
      'States.QueryEvaluationError',
      `The field '${field}' must be a number of 0 or more, but is ${JSON.stringify(value)}.`,
      field,
    );
  return value;
}

/** A field that must give a string. */
export async function evaluateString(template: Json, scope: Scope, field: string): Promise<string> {
  const value = await evaluate(template, scope, field);
  if (typeof value !== 'string')
    throw new StateError(
      'States.QueryEvaluationError',
      `The field '${field}' must be a string, but is ${JSON.stringify(value)}.`,
      field,
    );
  return value;
}
