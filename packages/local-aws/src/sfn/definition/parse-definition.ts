import type { z } from 'zod';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import { isObject } from '../json.ts';
import { type Definition, definitionSchema } from './definition.ts';
import { expressionProblems } from './expressions.ts';
import { flowProblems } from './flow-rules.ts';
import { type Problem, schemaProblem } from './problem.ts';
import { stateProblems } from './state-rules.ts';

/** The longest definition, in bytes. */
const LONGEST = 1_048_576;

/** Refuses what can't be run: `InvalidDefinition`, naming every problem. */
export function checkDefinition(text: string): void {
  if (Buffer.byteLength(text) > LONGEST)
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'definition' failed to satisfy constraint: Member must have length less than or equal to ${LONGEST}`,
    );
  const problems = problemsOf(text);
  if (problems.length > 0)
    throw new AwsError(
      'InvalidDefinition',
      `Invalid State Machine Definition: '${problems.map((p) => `${p.code}: ${p.message} at ${p.location}`).join(', ')}'`,
    );
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
  if (!parsed.success)
    return parsed.error.issues.map((issue) =>
      schemaProblem(messageOfIssue(issue), `/${issue.path.map(String).join('/')}`),
    );
  const expressions = expressionProblems(definition, '');
  if (expressions.length > 0) return expressions;
  return [...flowProblems(parsed.data), ...stateProblems(parsed.data, '')];
}

/** A key's own message says more than that it is invalid. */
function messageOfIssue(issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message).join(', ') : issue.message;
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
