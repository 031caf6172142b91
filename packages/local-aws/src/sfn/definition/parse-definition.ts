import validate from 'asl-validator';
import jsonata from 'jsonata';
import type { z } from 'zod';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import { isObject } from '../json.ts';
import { integrationOf } from '../tasks/integration.ts';
import { type Definition, definitionSchema, type State, type States } from './definition.ts';

export interface Problem {
  /** AWS's code, e.g. `SCHEMA_VALIDATION_FAILED`. */
  code: string;
  message: string;
  /** A JSON pointer into the definition. */
  location: string;
}

/** A definition as text to one that can be run; throws `InvalidDefinition` naming every problem. */
export function parseDefinition(text: string): Definition {
  const problems = problemsOf(text);
  if (problems.length > 0)
    throw new AwsError(
      'InvalidDefinition',
      `Invalid State Machine Definition: '${problems.map((p) => `${p.code}: ${p.message} at ${p.location}`).join(', ')}'`,
    );
  return readDefinition(text);
}

/** A definition that was checked when it was stored. */
export const readDefinition = (text: string): Definition => definitionSchema.parse(JSON.parse(text));

/** What is wrong with a definition; empty when it can be run. */
export function problemsOf(text: string): Problem[] {
  let definition: unknown;
  try {
    definition = JSON.parse(text);
  } catch (error) {
    return [{ code: 'INVALID_JSON_DESCRIPTION', message: messageOf(error), location: '/' }];
  }
  if (!isObject(definition))
    return [{ code: 'INVALID_JSON_DESCRIPTION', message: 'The definition must be a JSON object.', location: '/' }];
  const jsonPath = jsonPathStates(definition, definition.QueryLanguage === 'JSONata', '');
  if (jsonPath.length > 0) return jsonPath;
  const parsed = definitionSchema.safeParse(definition);
  if (!parsed.success) return parsed.error.issues.flatMap((issue) => schemaProblems(issue));
  const expressions = expressionProblems(definition, '');
  if (expressions.length > 0) return expressions;
  const valid = validate({ ...definition, States: withoutData(definition.States) });
  if (!valid.isValid)
    return valid.errors.map((error) => ({
      code: error['Error code'],
      message: error.Message,
      location: error.path ?? '/',
    }));
  return stateProblems(parsed.data, '');
}

const DATA = new Set(['Arguments', 'Assign', 'Output', 'Items', 'ItemSelector']);

/** A copy without the data of states: any JSON may stand there, which asl-validator doesn't know. */
function withoutData(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutData);
  if (!isObject(value)) return value;
  const members = Object.entries(value).filter(([name]) => !('Type' in value && DATA.has(name)));
  return Object.fromEntries(members.map(([name, member]) => [name, withoutData(member)]));
}

/** JSONPath machines are refused by the name of the state: nothing here reads a path. */
function jsonPathStates(block: Record<string, unknown>, isJsonata: boolean, location: string): Problem[] {
  if (!isObject(block.States)) return [];
  return Object.entries(block.States).flatMap(([name, state]) => {
    if (!isObject(state)) return [];
    const here = `${location}/States/${name}`;
    const own = state.QueryLanguage === undefined ? isJsonata : state.QueryLanguage === 'JSONata';
    if (!own)
      return [
        {
          code: 'JSONPATH_NOT_SUPPORTED',
          message: `State '${name}' is written in JSONPath, which is not implemented by this endpoint. Set "QueryLanguage": "JSONata" and write its fields in JSONata.`,
          location: here,
        },
      ];
    const branches = Array.isArray(state.Branches) ? state.Branches.filter(isObject) : [];
    return [
      ...branches.flatMap((branch, index) => jsonPathStates(branch, isJsonata, `${here}/Branches/${index}`)),
      ...(isObject(state.ItemProcessor) ? jsonPathStates(state.ItemProcessor, isJsonata, `${here}/ItemProcessor`) : []),
    ];
  });
}

function schemaProblems(issue: z.core.$ZodIssue): Problem[] {
  return [
    { code: 'SCHEMA_VALIDATION_FAILED', message: issue.message, location: `/${issue.path.map(String).join('/')}` },
  ];
}

/** Expressions that don't parse. */
function expressionProblems(value: unknown, location: string): Problem[] {
  if (typeof value === 'string') {
    const text = /^\{%([\s\S]*)%\}$/.exec(value)?.[1];
    if (text === undefined) return [];
    try {
      jsonata(text);
      return [];
    } catch (error) {
      return [
        {
          code: 'SCHEMA_VALIDATION_FAILED',
          message: `The JSONata expression '${text.trim()}' is not valid: ${messageOf(error)}`,
          location,
        },
      ];
    }
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => expressionProblems(member, `${location}/${key}`));
}

/** What a schema can't say about a state. */
function stateProblems(block: States, location: string): Problem[] {
  return Object.entries(block.States).flatMap(([name, state]) => {
    const here = `${location}/States/${name}`;
    const at = (code: string, message: string): Problem => ({ code, message, location: here });
    return [
      ...recoveryProblems(state).map((message) => at('SCHEMA_VALIDATION_FAILED', message)),
      ...(state.Type === 'Task' && integrationOf(state.Resource) === undefined
        ? [
            at(
              'RESOURCE_NOT_SUPPORTED',
              `The resource '${state.Resource}' of state '${name}' is not implemented by this endpoint.`,
            ),
          ]
        : []),
      ...(state.Type === 'Parallel'
        ? state.Branches.flatMap((branch, index) => stateProblems(branch, `${here}/Branches/${index}`))
        : []),
      ...(state.Type === 'Map' ? stateProblems(state.ItemProcessor, `${here}/ItemProcessor`) : []),
    ];
  });
}

/** `States.ALL` stands alone, and last. */
function recoveryProblems(state: State): string[] {
  return [('Retry' in state && state.Retry) || [], ('Catch' in state && state.Catch) || []].flatMap((list) =>
    list.flatMap((entry, index) =>
      entry.ErrorEquals.includes('States.ALL') && (entry.ErrorEquals.length > 1 || index < list.length - 1)
        ? ['States.ALL must appear alone, and in the last entry.']
        : [],
    ),
  );
}
