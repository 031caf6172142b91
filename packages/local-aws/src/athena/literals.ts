import { UserError } from './user-error.ts';

/** Text in quotes, quoted names and comments, in which a question mark is no parameter. */
const OPAQUE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\?/g;
const LITERAL =
  /^(?:'(?:[^']|'')*'|[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|(?:date|time|timestamp|decimal)\s+'[^']*')$/i;

/**
 * Puts execution parameters in the places of the question marks ("Using parameterized queries"). A parameter is a
 * literal (`640`, `'steel'`, `DATE '2026-01-01'`); other text stands for itself as a string.
 */
export function withParameters(query: string, parameters: string[]): string {
  let used = 0;
  const filled = query.replace(OPAQUE, (token) => {
    if (token !== '?') return token;
    const parameter = parameters[used++];
    if (parameter === undefined) return token;
    return LITERAL.test(parameter.trim()) ? parameter.trim() : `'${parameter.replaceAll("'", "''")}'`;
  });
  if (used !== parameters.length)
    throw new UserError(
      `INVALID_PARAMETER_USAGE: Incorrect number of parameters: expected ${used} but found ${parameters.length}`,
    );
  return filled;
}

/** A name as SQL text. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A string as SQL text. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
