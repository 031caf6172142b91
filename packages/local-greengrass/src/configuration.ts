/** Component configuration: JSON documents, addressed by JSON pointers (RFC 6901). */
export type Configuration = Record<string, unknown>;

const isObject = (value: unknown): value is Configuration =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The keys of a JSON pointer; `""` is the whole document. */
export function pointerKeys(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw new Error(`JSON pointer "${pointer}": it must be empty or start with /`);
  return pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

export function readPath(document: unknown, keys: string[]): unknown {
  let value = document;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

export function readPointer(document: unknown, pointer: string): unknown {
  return readPath(document, pointerKeys(pointer));
}

/** `over` laid onto `base`: objects key by key, everything else (arrays too) replaced. */
export function merged(base: Configuration, over: Configuration): Configuration {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const existing = result[key];
    result[key] = isObject(existing) && isObject(value) ? merged(existing, value) : value;
  }
  return result;
}

/** The document with what `pointer` names as it is in `defaults`, or without it when they lack it. */
function reset(document: Configuration, defaults: Configuration, pointer: string): Configuration {
  const keys = pointerKeys(pointer);
  const [key, ...rest] = keys;
  if (key === undefined) return structuredClone(defaults);
  const result = { ...document };
  if (rest.length === 0) {
    if (Object.hasOwn(defaults, key)) result[key] = structuredClone(defaults[key]);
    else delete result[key];
    return result;
  }
  const below = result[key];
  if (!isObject(below)) return result;
  const defaultsBelow = isObject(defaults[key]) ? defaults[key] : {};
  const deeper = rest.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
  result[key] = reset(below, defaultsBelow, `/${deeper}`);
  return result;
}

export interface ConfigurationUpdate {
  /** JSON pointers that go back to their default, before the merge. */
  reset?: string[];
  merge?: Configuration;
}

/**
 * The configuration of a component after a deployment ("Update component configurations"): what the device has, filled
 * up with the recipe's defaults, resets first, then the merge. An update that the deployment doesn't change stays.
 */
export function updatedConfiguration(
  defaults: Configuration,
  current: Configuration | undefined,
  update: ConfigurationUpdate = {},
): Configuration {
  let result = merged(defaults, current ?? {});
  for (const pointer of update.reset ?? []) result = reset(result, defaults, pointer);
  return update.merge ? merged(result, update.merge) : result;
}
