/** "Numeric matching is limited to values between -5.0e9 and +5.0e9 inclusive, with … 6 digits to the right of the decimal point." */
const LIMIT = 5e9;

const comparable = (value: number): number => Math.trunc(1e6 * (LIMIT + value));

const inRange = (value: number): boolean => value >= -LIMIT && value <= LIMIT;

/** Equal as EventBridge compares numbers: to six decimals where it can order them, else exactly. */
export function sameNumber(one: number, other: number): boolean {
  return one === other || (inRange(one) && inRange(other) && comparable(one) === comparable(other));
}

const COMPARE: Record<string, (value: number, bound: number) => boolean> = {
  '=': (value, bound) => value === bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
};

/** A matcher of `[">", 0, "<=", 5]`. @throws Error with event-ruler's wording. */
export function numericMatcher(terms: unknown): (value: number) => boolean {
  if (!Array.isArray(terms)) throw new Error('Value of numeric must be an array.');
  const [operator, bound, secondOperator, ...rest]: unknown[] = terms;
  if (typeof operator !== 'string')
    throw new Error(`Invalid member in numeric match: ${JSON.stringify(operator) ?? ']'}`);
  if (!Object.hasOwn(COMPARE, operator)) throw new Error(`Unrecognized numeric range operator: ${operator}`);
  const first = comparison(operator, bound);
  if (terms.length === 2) return first;
  if (!operator.startsWith('>')) throw new Error('Too many elements in numeric expression');
  if (typeof secondOperator !== 'string')
    throw new Error(`Bad value in numeric range: ${JSON.stringify(secondOperator)}`);
  if (secondOperator !== '<' && secondOperator !== '<=')
    throw new Error(`Bad numeric range operator: ${secondOperator}`);
  const second = comparison(secondOperator, rest[0]);
  if (rest.length > 1) throw new Error('Too many terms in numeric range expression');
  if (Number(bound) >= Number(rest[0])) throw new Error('Bottom must be less than top');
  return (value) => first(value) && second(value);
}

function comparison(operator: string, bound: unknown): (value: number) => boolean {
  if (typeof bound !== 'number') throw new Error(`Value of ${operator === '=' ? 'equals' : operator} must be numeric`);
  if (!inRange(bound)) throw new Error('Value must be between -5.0E9 and 5.0E9, inclusive');
  const compare = COMPARE[operator];
  const limit = comparable(bound);
  return (value) => inRange(value) && (compare?.(comparable(value), limit) ?? false);
}
