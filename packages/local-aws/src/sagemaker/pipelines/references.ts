/** A `{"Get": "<root>.<name>…"}`. */
export interface Reference {
  root: string;
  name: string;
  /** What follows the name, e.g. `ModelArtifacts.S3ModelArtifacts`. */
  path: string;
}

/** The reference that a value is, if it is one. */
export function asReference(value: unknown): Reference | undefined {
  if (!isRecord(value) || Object.keys(value).length !== 1 || typeof value.Get !== 'string') return undefined;
  const match = /^(Parameters|Steps|Execution)\.([A-Za-z0-9_-]+)(?:\.(.*))?$/s.exec(value.Get);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { root: match[1], name: match[2], path: match[3] ?? '' };
}

/** All references in a value, however deep. */
export function referencesIn(value: unknown): Reference[] {
  const reference = asReference(value);
  if (reference) return [reference];
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isRecord(value) ? Object.values(value).flatMap(referencesIn) : [];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The members by which elements of the Describe answers' lists are named. */
const NAMES = ['OutputName', 'InputName', 'ChannelName', 'MetricName', 'Name'];

/**
 * The value at a path such as `metrics.map50.value`, `ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri` or
 * `images[0]`; a list's element is found by number or by its name. Undefined when there is none.
 */
export function valueAt(value: unknown, path: string): unknown {
  let found = value;
  for (const [, name, quoted, index] of path.matchAll(/([^.[\]]+)|\[\s*['"](.*?)['"]\s*\]|\[(\d+)\]/g)) {
    if (Array.isArray(found)) {
      const list: unknown[] = found;
      const key = name ?? quoted;
      found =
        index === undefined
          ? list.find((entry) => isRecord(entry) && NAMES.some((member) => entry[member] === key))
          : list[Number(index)];
    } else {
      const key = name ?? quoted ?? index ?? '';
      found = isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined;
    }
  }
  return found;
}
