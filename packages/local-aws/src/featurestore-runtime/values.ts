import type { FeatureValue } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { AwsError } from '../kernel/errors.ts';
import { type Group, validationError } from './group.ts';

/** Feature name to text; null for an absent feature. */
export type Values = Record<string, string | null>;

const STRING_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$/;

/** Milliseconds since the epoch of an event time in one of the two formats that Feature Store takes. */
export function parseEventTime(group: Group, text: string): number {
  const type = group.features.find(({ name }) => name === group.eventTime)?.type;
  if (type === 'Fractional') {
    const seconds = Number(text);
    if (text.trim() !== '' && Number.isFinite(seconds)) return Math.round(seconds * 1000);
    throw validationError(`Validation Error: Event time ${text} must be a number of seconds since the epoch`);
  }
  const time = STRING_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw validationError(
    `Validation Error: Event time ${text} must have the format yyyy-MM-dd'T'HH:mm:ssZ or yyyy-MM-dd'T'HH:mm:ss.SSSZ`,
  );
}

/** What `.` of the pattern `.*` doesn't match. */
const LINE_BREAK = /[\n\r\u0085\u2028\u2029]/;

/** A record checked against its group: every value fits its feature, identifier and event time are there. */
export function parseRecord(group: Group, record: FeatureValue[]): { id: string; eventTime: number; values: Values } {
  const values: Values = Object.fromEntries(group.features.map(({ name }) => [name, null]));
  for (const [index, { FeatureName = '', ValueAsString, ValueAsStringList }] of record.entries()) {
    if (ValueAsString !== undefined && LINE_BREAK.test(ValueAsString))
      throw new AwsError(
        'ValidationException',
        `1 validation error detected: Value '${ValueAsString}' at 'record.${index + 1}.member.valueAsString' failed to satisfy constraint: Member must satisfy regular expression pattern: .*`,
        { status: 400 },
      );
    const feature = group.features.find(({ name }) => name === FeatureName);
    if (!feature)
      throw validationError(
        `Validation Error: FeatureGroup does not contain the feature '${FeatureName}' that the record has`,
      );
    if (ValueAsStringList) throw validationError(`Validation Error: Feature '${FeatureName}' is no collection`);
    if (ValueAsString === undefined) continue;
    if (!fits(feature.type, ValueAsString))
      throw validationError(
        `Validation Error: Value '${ValueAsString}' of feature '${FeatureName}' is not ${feature.type}`,
      );
    values[FeatureName] = ValueAsString;
  }
  const id = values[group.identifier];
  const eventTime = values[group.eventTime];
  if (id == null || id === '')
    throw validationError(`Validation Error: The record has no value for the identifier '${group.identifier}'`);
  if (eventTime == null)
    throw validationError(`Validation Error: The record has no value for the event time '${group.eventTime}'`);
  checkSize(group, id, values);
  return { id, eventTime: parseEventTime(group, eventTime), values };
}

/** "Quotas": bytes of an identifier, and of a record. */
const [LARGEST_IDENTIFIER, LARGEST_RECORD] = [2048, 358_400];

function checkSize(group: Group, id: string, values: Values): void {
  if (Buffer.byteLength(id) > LARGEST_IDENTIFIER)
    throw validationError(`Validation Error: The identifier '${group.identifier}' has more than 2 KB`);
  const bytes = Object.values(values).reduce((sum, value) => sum + Buffer.byteLength(value ?? ''), 0);
  if (bytes > LARGEST_RECORD)
    throw validationError(`Validation Error: The record has ${bytes} bytes, more than 350 KB`);
}

const [SMALLEST, LARGEST] = [-(2n ** 63n), 2n ** 63n - 1n];

function fits(type: string, text: string): boolean {
  if (type === 'Integral') return /^[+-]?\d+$/.test(text) && BigInt(text) >= SMALLEST && BigInt(text) <= LARGEST;
  if (type === 'Fractional') return text.trim() !== '' && Number.isFinite(Number(text));
  return true;
}

/** A record as the runtime gives it: in the order of the group, null features left out. */
export function toRecord(group: Group, values: Values, wanted?: string[]): FeatureValue[] {
  const unknown = wanted?.find((name) => !group.features.some((feature) => feature.name === name));
  if (unknown !== undefined) throw validationError(`Validation Error: FeatureGroup has no feature '${unknown}'`);
  return group.features.flatMap(({ name }) => {
    const value = values[name];
    return value == null || (wanted && !wanted.includes(name)) ? [] : [{ FeatureName: name, ValueAsString: value }];
  });
}

const UNITS: Record<string, number> = {
  Seconds: 1000,
  Minutes: 60_000,
  Hours: 3_600_000,
  Days: 86_400_000,
  Weeks: 604_800_000,
};

/** When a record goes: its own time to live is worth more than the group's. */
export function expiry(
  eventTime: number,
  ...ttls: ({ Unit?: string | undefined; Value?: number | undefined } | undefined)[]
): number | null {
  const ttl = ttls.find((one) => one !== undefined);
  return ttl ? eventTime + (ttl.Value ?? 0) * (UNITS[ttl.Unit ?? 'Seconds'] ?? 1000) : null;
}
