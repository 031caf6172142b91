import { AwsError } from '../../kernel/errors.ts';
import { type EventFields, eventFields, joined, type Membership } from './event-fields.ts';
import { type ValueMatcher, valueMatcher } from './value-matchers.ts';

/**
 * A compiled event pattern: alternatives (a product of the `$or`s), of which each is a list of fields that all have to match.
 *
 * Semantics: "Amazon EventBridge event patterns" and the open-source event-ruler. An event is seen as its leaves by path;
 * a field matches when one leaf at its path matches one of its members, and leaves of different elements of one array never
 * match together.
 */
export interface EventPattern {
  matches(event: Record<string, unknown>): boolean;
  /** As `matches`, for an event whose fields were laid out before (by {@link eventFields}). */
  matchesFields(fields: EventFields): boolean;
  /** Every value of `source` that can match, when the pattern names them; undefined when it leaves them open. */
  sources: ReadonlySet<string> | undefined;
}

interface FieldPattern {
  path: string;
  matchers: ValueMatcher[];
}

type Alternative = Map<string, ValueMatcher[]>;

/** "If the number of $or combinations … exceeds 1000, InvalidEventPatternException". */
const MOST_ALTERNATIVES = 1000;

/** Names that make an object in `$or` an expression rather than an alternative. */
const RESERVED = new Set([
  ...['exactly', 'prefix', 'suffix', 'equals-ignore-case', 'wildcard', 'anything-but', 'exists', 'numeric', 'cidr'],
  ...['=', '<', '<=', '>', '>='],
]);

/** @throws InvalidEventPatternException, also for an operator that EventBridge doesn't have. */
export function compilePattern(text: string): EventPattern {
  let alternatives: Alternative[];
  const sources = new Set<string>();
  let open = false;
  try {
    const pattern: unknown = parse(text);
    if (!isObject(pattern)) throw new Error('Filter is not an object');
    alternatives = withObject([new Map()], pattern, '');
    const named = sourceLiterals(pattern);
    if (named) for (const source of named) sources.add(source);
    else open = true;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`, {
      cause: error,
    });
  }
  // event-ruler takes the fields in the order of their names; an absent field is judged by what was chosen before it.
  const compiled = alternatives.map((alternative) =>
    [...alternative].map(([path, matchers]) => ({ path, matchers })).sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
  const matchesFields = (fields: EventFields) => compiled.some((patterns) => fits(patterns, fields));
  return {
    matchesFields,
    matches: (event) => matchesFields(eventFields(event)),
    sources: open ? undefined : sources,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`Invalid JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Adds what an object of the pattern demands to each alternative. */
function withObject(alternatives: Alternative[], object: Record<string, unknown>, path: string): Alternative[] {
  const entries = Object.entries(object);
  if (entries.length === 0) throw new Error('Empty objects are not allowed');
  let current = alternatives;
  for (const [name, value] of entries) {
    const at = path ? `${path}.${name}` : name;
    if (name === '$or' && isDisjunction(value)) {
      current = value.flatMap((branch) => withObject(current, branch, path));
      if (current.length > MOST_ALTERNATIVES)
        throw new Error(`Rule is too complex - it has more than ${MOST_ALTERNATIVES} combinations of $or`);
    } else if (isObject(value)) current = withObject(current, value, at);
    else if (Array.isArray(value)) current = withField(current, at, value);
    else throw new Error(`"${name}" must be an object or an array`);
  }
  return current;
}

function withField(alternatives: Alternative[], path: string, members: unknown[]): Alternative[] {
  if (members.length === 0) throw new Error('Empty arrays are not allowed');
  const matchers = members.map(valueMatcher);
  return alternatives.map((alternative) => new Map([...alternative, [path, matchers]]));
}

function isDisjunction(value: unknown): value is Record<string, unknown>[] {
  return (
    Array.isArray(value) &&
    value.length >= 2 &&
    value.every((branch) => isObject(branch) && !Object.keys(branch).some((name) => RESERVED.has(name)))
  );
}

function sourceLiterals({ source }: Record<string, unknown>): string[] | undefined {
  if (!Array.isArray(source)) return undefined;
  const literals: string[] = [];
  for (const member of source) {
    if (typeof member !== 'string') return undefined;
    literals.push(member);
  }
  return literals;
}

function fits(patterns: FieldPattern[], fields: EventFields): boolean {
  const candidates: Membership[][] = [];
  for (const { path, matchers } of patterns) {
    const leaves = fields.get(path) ?? [];
    const fitting = leaves.filter(({ value }) => matchers.some((matches) => matches !== 'absent' && matches(value)));
    if (fitting.length === 0 && !matchers.includes('absent')) return false;
    candidates.push(fitting.map(({ membership }) => membership));
  }
  return chosen(patterns, fields, candidates, 0, new Map());
}

/** Chooses a leaf for each field from `index` on, so that all chosen lie in the same array elements. */
function chosen(
  patterns: FieldPattern[],
  fields: EventFields,
  candidates: Membership[][],
  index: number,
  membership: Membership,
): boolean {
  const pattern = patterns[index];
  if (!pattern) return true;
  const tried = new Set<Membership>();
  for (const candidate of candidates[index] ?? []) {
    const together = joined(membership, candidate);
    // Leaves outside of arrays leave the membership as it is: one of them is as good as all.
    if (!together || tried.has(together)) continue;
    tried.add(together);
    if (chosen(patterns, fields, candidates, index + 1, together)) return true;
  }
  if (!pattern.matchers.includes('absent')) return false;
  const present = (fields.get(pattern.path) ?? []).some((leaf) => joined(membership, leaf.membership));
  return !present && chosen(patterns, fields, candidates, index + 1, membership);
}
