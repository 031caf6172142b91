/** Limits that may only be widened, with the direction in which they widen. */
const BOUNDS: Readonly<Record<string, 'up' | 'down'>> = {
  maximum: 'up',
  exclusiveMaximum: 'up',
  maxItems: 'up',
  maxLength: 'up',
  minimum: 'down',
  exclusiveMinimum: 'down',
  minItems: 'down',
  minLength: 'down',
};

type Schema = Readonly<Record<string, unknown>>;

/**
 * What in `next` breaks those who say or hear events by `previous`: fields removed, retyped or newly required, fields
 * that were always there and may be missing now, values no longer allowed, limits drawn closer. Empty when `next` only
 * adds. Events are archived, so both directions count: old events have to fit, and old consumers have to cope.
 */
export function incompatibilities(previous: unknown, next: unknown, path = 'detail'): string[] {
  const [before, after] = [asSchema(previous), asSchema(next)];
  if (JSON.stringify(typesOf(before)) !== JSON.stringify(typesOf(after))) {
    return [`${path}: was ${typesOf(before).join(' or ')}, is ${typesOf(after).join(' or ')}`];
  }
  return [
    ...brokenFields(before, after, path),
    ...brokenValues(before, after, path),
    ...brokenBounds(before, after, path),
    ...brokenAlternatives(before, after, path),
    ...('items' in before ? incompatibilities(before.items, after.items, `${path}[]`) : []),
  ];
}

function brokenFields(before: Schema, after: Schema, path: string): string[] {
  const [old, now] = [asSchema(before.properties), asSchema(after.properties)];
  const [required, requiredNow] = [listOf(before.required), listOf(after.required)];
  return [
    ...Object.keys(old).flatMap((field) =>
      field in now ? incompatibilities(old[field], now[field], `${path}.${field}`) : [`${path}.${field}: was removed`],
    ),
    ...requiredNow.filter((field) => !required.includes(field)).map((field) => `${path}.${field}: is newly required`),
    ...required
      .filter((field) => !requiredNow.includes(field) && field in now)
      .map((field) => `${path}.${field}: is no longer always there`),
  ];
}

function brokenValues(before: Schema, after: Schema, path: string): string[] {
  const problems = listOf(before.enum)
    .filter((value) => !listOf(after.enum).includes(value))
    .map((value) => `${path}: no longer allows "${value}"`);
  for (const rule of ['const', 'pattern', 'format']) {
    if (rule in after && before[rule] !== after[rule]) problems.push(`${path}: has another ${rule}`);
  }
  return problems;
}

function brokenBounds(before: Schema, after: Schema, path: string): string[] {
  return Object.entries(BOUNDS).flatMap(([bound, direction]) => {
    const [old, now] = [before[bound], after[bound]];
    if (typeof now !== 'number') return [];
    const fits = typeof old === 'number' && (direction === 'up' ? now >= old : now <= old);
    return fits ? [] : [`${path}: ${bound} was ${old ?? 'open'}, is ${now}`];
  });
}

/** Alternatives are compared in their order; new ones may only follow. */
function brokenAlternatives(before: Schema, after: Schema, path: string): string[] {
  const [old, now] = [alternativesOf(before), alternativesOf(after)];
  return old.flatMap((each, index) =>
    index in now
      ? incompatibilities(each, now[index], `${path}(${index + 1})`)
      : [`${path}(${index + 1}): the alternative was removed`],
  );
}

function alternativesOf(schema: Schema): readonly unknown[] {
  return Array.isArray(schema.anyOf) ? schema.anyOf : [];
}

function typesOf(schema: Schema): string[] {
  if (Array.isArray(schema.anyOf)) return ['one of several'];
  return listOf(Array.isArray(schema.type) ? schema.type : [schema.type ?? 'anything']);
}

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
