import { AwsError } from '../kernel/errors.ts';

type Predicate = (value: unknown) => boolean;

/** Compiles `{ $.selector <comparison> value && (… || …) }`. Comparisons: = != < <= > >=, `*` in text, IS, EXISTS. */
export function parseJsonPattern(pattern: string): Predicate {
  const tokens = tokenize(pattern);
  let at = 0;
  const peek = () => tokens[at];
  const take = (expected?: string): string => {
    const token = tokens[at++];
    if (token === undefined || (expected !== undefined && token !== expected))
      throw invalid(`expected ${expected ?? 'more'} before ${JSON.stringify(token ?? 'the end')}`);
    return token;
  };
  const either = (): Predicate => {
    const options = [both()];
    while (peek() === '||' && take()) options.push(both());
    return (value) => options.some((option) => option(value));
  };
  const both = (): Predicate => {
    const conditions = [single()];
    while (peek() === '&&' && take()) conditions.push(single());
    return (value) => conditions.every((condition) => condition(value));
  };
  const single = (): Predicate => {
    if (peek() === '(') {
      take();
      const inner = either();
      take(')');
      return inner;
    }
    const select = selector(take());
    const operator = take();
    if (operator === 'EXISTS') return (value) => select(value) !== undefined;
    if (operator === 'NOT' && take('EXISTS')) return (value) => select(value) === undefined;
    if (operator === 'IS') return isA(select, take());
    return comparison(select, operator, take());
  };
  take('{');
  const predicate = either();
  take('}');
  if (at !== tokens.length) throw invalid(`unexpected ${tokens[at]}`);
  return predicate;
}

function tokenize(pattern: string): string[] {
  const token = /\s*(\|\||&&|!=|<=|>=|[{}()=<>]|"(?:[^"\\]|\\.)*"|\$[^\s(){}=!<>&|]*|[^\s(){}=!<>&|"]+)/y;
  const tokens: string[] = [];
  const text = pattern.trimEnd();
  while (token.lastIndex < text.length) {
    const from = token.lastIndex;
    const match = token.exec(text);
    if (!match?.[1]) throw invalid(`cannot read ${JSON.stringify(text.slice(from))}`);
    tokens.push(match[1]);
  }
  return tokens;
}

/** Reads `$.a.b[0]` and `$.['a key']`. */
function selector(token: string): (value: unknown) => unknown {
  if (!token.startsWith('$')) throw invalid(`${token} is not a selector: it must begin with $`);
  const steps = [...token.slice(1).matchAll(/\.?\['([^']*)'\]|\[(\d+)\]|\.?([^.[\]]+)/g)].map(
    ([, quoted, index, name]) => quoted ?? index ?? name ?? '',
  );
  return (root) =>
    steps.reduce<unknown>(
      (value, step) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? (value as Record<string, unknown>)[step]
          : undefined,
      root,
    );
}

function isA(select: (value: unknown) => unknown, name: string): Predicate {
  const wanted = { NULL: null, TRUE: true, FALSE: false }[name.toUpperCase()];
  if (wanted === undefined) throw invalid(`IS needs NULL, TRUE or FALSE, not ${name}`);
  return (value) => select(value) === wanted;
}

function comparison(select: (value: unknown) => unknown, operator: string, operand: string): Predicate {
  const text = operand.startsWith('"') ? operand.slice(1, -1).replace(/\\(.)/g, '$1') : operand;
  const number = operand.startsWith('"') ? Number.NaN : Number(operand);
  const like = new RegExp(`^${text.split('*').map(escaped).join('.*')}$`, 's');
  const equal: Predicate = (value) => {
    const found = select(value);
    if (typeof found === 'number') return found === number;
    return typeof found === 'string' && like.test(found);
  };
  const compared = (holds: (found: number) => boolean): Predicate => {
    if (Number.isNaN(number)) throw invalid(`${operator} needs a number, not ${operand}`);
    return (value) => {
      const found = select(value);
      return typeof found === 'number' && holds(found);
    };
  };
  switch (operator) {
    case '=':
      return equal;
    case '!=':
      return (value) => select(value) !== undefined && !equal(value);
    case '<':
      return compared((found) => found < number);
    case '<=':
      return compared((found) => found <= number);
    case '>':
      return compared((found) => found > number);
    case '>=':
      return compared((found) => found >= number);
    default:
      throw invalid(`${operator} is not a comparison`);
  }
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

function invalid(what: string): AwsError {
  return new AwsError('InvalidParameterException', `Invalid filter pattern: ${what}`);
}
