import { AwsError } from '../kernel/errors.ts';

const refused = (field: string, must: string) =>
  new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${field}' failed to satisfy constraint: ${must}`,
  );

/** Refuses a list or map of more than `most` members. */
export function checkCount(field: string, members: unknown[] | object | undefined, most: number): void {
  const count = Array.isArray(members) ? members.length : Object.keys(members ?? {}).length;
  if (count > most) throw refused(field, `Member must have length less than or equal to ${most}`);
}

/** Refuses a text of more than `most` characters, or of fewer than `least`. */
export function checkLength(field: string, text: string | undefined, most: number, least = 0): void {
  if (text === undefined || (text.length <= most && text.length >= least)) return;
  throw refused(field, `Member must have a length from ${least} to ${most}, but has ${text.length}`);
}

/** Refuses a number outside of its bounds. */
export function checkRange(field: string, value: number | undefined, least: number, most: number): void {
  if (value !== undefined && !(value >= least && value <= most))
    throw refused(field, `Member must have a value between ${least} and ${most}, but is ${value}`);
}

/** Refuses values of a map that are too long. */
export function checkValues(field: string, map: Record<string, string> | undefined, most: number, least = 0): void {
  for (const [key, value] of Object.entries(map ?? {})) checkLength(`${field}.${key}`, value, most, least);
}
