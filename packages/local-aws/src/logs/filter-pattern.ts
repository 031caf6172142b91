import { AwsError } from '../kernel/errors.ts';
import { parseJsonPattern } from './json-pattern.ts';

/** Whether a message satisfies a filter pattern. */
export type MessageFilter = (message: string) => boolean;

/**
 * Compiles a filter pattern ("Filter pattern syntax" of the CloudWatch Logs guide): terms that all must occur, `?term` of
 * which one must, `-term` which must not, `"a phrase"`, or a JSON pattern `{ $.a.b = "c" && … }`. Throws for the rest.
 */
export function compileFilter(pattern: string | undefined): MessageFilter {
  const text = (pattern ?? '').trim();
  if (text === '') return () => true;
  if (text.startsWith('{')) {
    const holds = parseJsonPattern(text);
    return (message) => {
      const value = parsed(message);
      return value !== undefined && holds(value);
    };
  }
  if (/^[[%]/.test(text)) throw invalidPattern('patterns of columns and regular expressions are not implemented');
  const terms = [...text.matchAll(/([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/g)].map(([, sign, quoted, plain]) => ({
    sign,
    text: quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'),
  }));
  const having = (sign: string) => terms.filter((term) => term.sign === sign).map((term) => term.text);
  const [all, none, some] = [having(''), having('-'), having('?')];
  return (message) =>
    all.every((term) => message.includes(term)) &&
    !none.some((term) => message.includes(term)) &&
    // Optional terms count only where nothing is required, as in CloudWatch Logs.
    (some.length === 0 || all.length > 0 || some.some((term) => message.includes(term)));
}

function parsed(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch {
    // A line that isn't JSON satisfies no JSON pattern.
    return undefined;
  }
}

function invalidPattern(what: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid filter pattern: ${what}`);
}
