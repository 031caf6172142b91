import { cidrMatcher, parseAddress, sameAddress } from './cidr.ts';
import type { Leaf } from './event-fields.ts';
import { numericMatcher, sameNumber } from './numeric.ts';
import { wildcardMatcher } from './wildcard.ts';

export type LeafMatcher = (value: Leaf) => boolean;

/** What one member of a pattern's array accepts; `absent` stands for `{"exists": false}`. */
export type ValueMatcher = LeafMatcher | 'absent';

/** @throws Error with event-ruler's wording when the member is none that EventBridge knows. */
export function valueMatcher(member: unknown): ValueMatcher {
  if (typeof member === 'object' && member !== null) {
    if (Array.isArray(member)) throw new Error('Match value must be String, number, true, false, or null');
    return expressionMatcher(Object.entries(member));
  }
  if (typeof member === 'string') return literalText(member);
  if (typeof member === 'number') return (value) => typeof value === 'number' && sameNumber(value, member);
  return (value) => value === member;
}

/** A text that is an IP address also matches its other notations. */
function literalText(text: string): LeafMatcher {
  if (!parseAddress(text)) return (value) => value === text;
  return (value) => value === text || (typeof value === 'string' && sameAddress(value, text));
}

const onText =
  (accepts: (text: string) => boolean): LeafMatcher =>
  (value) =>
    typeof value === 'string' && accepts(value);

const folded = (text: string): string => text.toLowerCase();

function expressionMatcher(entries: [string, unknown][]): ValueMatcher {
  const [entry] = entries;
  if (!entry) throw new Error('Match expression name not found');
  const [name, operand] = entry;
  const matcher = Object.hasOwn(EXPRESSIONS, name) ? EXPRESSIONS[name]?.(operand) : undefined;
  if (!matcher) throw new Error(`Unrecognized match type ${name}`);
  if (entries.length > 1) throw new Error('Only one key allowed in match expression');
  return matcher;
}

const EXPRESSIONS: Record<string, (operand: unknown) => ValueMatcher> = {
  exactly: (operand) => {
    const text = stringOperand(operand, 'exact match pattern must be a string');
    return (value) => value === text;
  },
  prefix: (operand) => affix(operand, 'prefix', (text, affix) => text.startsWith(affix)),
  suffix: (operand) => affix(operand, 'suffix', (text, affix) => text.endsWith(affix)),
  'equals-ignore-case': (operand) => {
    const text = folded(stringOperand(operand, 'equals-ignore-case match pattern must be a string'));
    return onText((value) => folded(value) === text);
  },
  wildcard: (operand) => onText(wildcardMatcher(stringOperand(operand, 'wildcard match pattern must be a string'))),
  cidr: (operand) => onText(cidrMatcher(stringOperand(operand, 'prefix match pattern must be a string'))),
  numeric: (operand) => {
    const matches = numericMatcher(operand);
    return (value) => typeof value === 'number' && matches(value);
  },
  exists: (operand) => {
    if (typeof operand !== 'boolean') throw new Error('exists match pattern must be either true or false.');
    return operand ? () => true : 'absent';
  },
  'anything-but': anythingBut,
};

function stringOperand(operand: unknown, otherwise: string): string {
  if (typeof operand !== 'string') throw new Error(otherwise);
  return operand;
}

function affix(operand: unknown, name: string, fits: (text: string, affix: string) => boolean): LeafMatcher {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) {
    const [[inner, value] = ['', undefined], ...more] = Object.entries(operand);
    if (inner !== 'equals-ignore-case') throw new Error(`Unsupported ${name} match pattern: ${inner}`);
    if (more.length > 0) throw new Error('Only one key allowed in match expression');
    const text = folded(stringOperand(value, `equals-ignore-case match pattern must be a string`));
    return onText((candidate) => fits(folded(candidate), text));
  }
  const text = stringOperand(operand, `${name} match pattern must be a string`);
  return onText((candidate) => fits(candidate, text));
}

/** Any value, of whatever type, except these; the field has to be there. */
function anythingBut(operand: unknown): LeafMatcher {
  if (typeof operand === 'object' && operand !== null && !Array.isArray(operand)) return anythingButExpression(operand);
  const excluded: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (!Array.isArray(operand) && typeof operand !== 'string' && typeof operand !== 'number')
    throw new Error('Value of anything-but must be an array or single string/number value.');
  if (excluded.some((value) => typeof value !== 'string' && typeof value !== 'number'))
    throw new Error('Inside anything but list, start|null|boolean is not supported.');
  if (new Set(excluded.map((value) => typeof value)).size !== 1)
    throw new Error('Inside anything but list, either all values are number or string, mixed type is not supported');
  return none(excluded.map((value) => valueMatcher(value)));
}

const AFFIX_OPERAND = 'prefix/suffix match pattern must be a string';

const EXCLUDABLE: Record<string, { otherwise: string; matcher(text: string): LeafMatcher; empty?: string }> = {
  prefix: {
    otherwise: AFFIX_OPERAND,
    empty: 'Null prefix/suffix not allowed',
    matcher: (text) => onText((value) => value.startsWith(text)),
  },
  suffix: {
    otherwise: AFFIX_OPERAND,
    empty: 'Null prefix/suffix not allowed',
    matcher: (text) => onText((value) => value.endsWith(text)),
  },
  'equals-ignore-case': {
    otherwise: 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
    matcher: (text) => onText((value) => folded(value) === folded(text)),
  },
  wildcard: {
    otherwise: 'wildcard match pattern must be a string',
    matcher: (text) => onText(wildcardMatcher(text)),
  },
};

function anythingButExpression(expression: object): LeafMatcher {
  const [[name, operand] = ['', undefined], ...more] = Object.entries(expression);
  if (name === '') throw new Error('Anything-But expression name not found');
  const excludable = Object.hasOwn(EXCLUDABLE, name) ? EXCLUDABLE[name] : undefined;
  if (!excludable) throw new Error(`Unsupported anything-but pattern: ${name}`);
  if (more.length > 0) throw new Error('Only one key allowed in match expression');
  if (typeof operand === 'object' && !Array.isArray(operand))
    throw new Error('Value of anything-but must be an array or single string/number value.');
  const operands: unknown[] = Array.isArray(operand) ? operand : [operand];
  if (operands.length === 0) throw new Error('Empty arrays are not allowed');
  return none(
    operands.map((text) => {
      if (typeof text !== 'string') throw new Error(excludable.otherwise);
      if (text === '' && excludable.empty) throw new Error(excludable.empty);
      return excludable.matcher(text);
    }),
  );
}

const none =
  (matchers: ValueMatcher[]): LeafMatcher =>
  (value) =>
    !matchers.some((matches) => matches !== 'absent' && matches(value));
