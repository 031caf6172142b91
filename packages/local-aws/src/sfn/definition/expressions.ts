import jsonata from 'jsonata';
import { messageOf } from '../../kernel/errors.ts';
import { isObject } from '../json.ts';
import { type Problem, schemaProblem } from './problem.ts';

/** Expressions that don't parse. */
export function expressionProblems(value: unknown, location: string): Problem[] {
  return expressionsIn(value, location).flatMap(({ text, location: here }) => {
    try {
      jsonata(text);
      return [];
    } catch (error) {
      return [schemaProblem(`The JSONata expression '${text.trim()}' is not valid: ${jsonataMessage(error)}`, here)];
    }
  });
}

/** JSONata throws plain objects, with its code beside the message. */
export function jsonataMessage(error: unknown): string {
  const message = isObject(error) && 'message' in error ? String(error.message) : messageOf(error);
  return isObject(error) && 'code' in error ? `${String(error.code)}: ${message}` : message;
}

/** Where a state has a result, and where an error: `$states.result` and `$states.errorOutput` are nowhere else. */
export function referenceProblems(state: Record<string, unknown>, location: string): Problem[] {
  const hasResult = state.Type === 'Task' || state.Type === 'Parallel' || state.Type === 'Map';
  return Object.entries(state).flatMap(([field, value]) => {
    // The states inside are looked at for themselves.
    if (field === 'Branches' || field === 'ItemProcessor') return [];
    return expressionsIn(value, `${location}/${field}`).flatMap(({ text, location: here }) => {
      const catching = /\/Catch\/\d+\/(Output|Assign)/.test(here);
      const open = {
        result: hasResult && (field === 'Output' || field === 'Assign'),
        errorOutput: catching,
      };
      return fieldsOfStates(jsonata(text).ast())
        .filter((name) => (name === 'result' || name === 'errorOutput') && !open[name])
        .map((name) => schemaProblem(`The expression '${text.trim()}' has no $states.${name} to use here.`, here));
    });
  });
}

function expressionsIn(value: unknown, location: string): { text: string; location: string }[] {
  if (typeof value === 'string') {
    const text = /^\{%([\s\S]*)%\}$/.exec(value)?.[1];
    return text === undefined ? [] : [{ text, location }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => expressionsIn(member, `${location}/${key}`));
}

/** The `x` of every `$states.x` in a syntax tree. */
function fieldsOfStates(node: unknown): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const inside = Object.values(node).flatMap(fieldsOfStates);
  if (!isObject(node) || !Array.isArray(node.steps)) return inside;
  const [root, field] = node.steps.filter(isObject);
  const named = root?.type === 'variable' && root.value === 'states' && field?.type === 'name';
  return named ? [String(field.value), ...inside] : inside;
}
