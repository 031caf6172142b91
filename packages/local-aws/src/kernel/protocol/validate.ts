import type { NormalizedSchema } from '@smithy/core/schema';
import { requiredMemberCount } from './rest-route.ts';

/** What is wrong with an input, in AWS's words; empty when it satisfies its schema (required members and types). */
export function validate(schema: NormalizedSchema, input: unknown): string[] {
  const problems: string[] = [];
  walk(schema, input, '', problems);
  return problems;
}

/** AWS's message for a list of problems. */
export function validationMessage(problems: string[]): string {
  return `${problems.length} validation error${problems.length > 1 ? 's' : ''} detected: ${problems.join('; ')}`;
}

function walk(schema: NormalizedSchema, value: unknown, path: string, problems: string[]): void {
  const mismatch = (type: string) => problems.push(`Value at '${path}' must be of type ${type}`);
  if (schema.isStructSchema()) {
    if (isRecord(value)) walkStructure(schema, value, path, problems);
    else mismatch('structure');
  } else if (schema.isListSchema()) {
    if (!Array.isArray(value)) mismatch('list');
    else
      for (const [index, item] of value.entries())
        walk(schema.getValueSchema(), item, `${path}.${index + 1}.member`, problems);
  } else if (schema.isMapSchema()) {
    if (!isRecord(value)) mismatch('map');
    else
      for (const [key, item] of Object.entries(value)) walk(schema.getValueSchema(), item, `${path}.${key}`, problems);
  } else if (schema.isStringSchema()) {
    // A media-typed string (LazyJsonString) is a String object.
    if (typeof value !== 'string' && !(value instanceof String)) mismatch('string');
  } else if (schema.isBooleanSchema()) {
    if (typeof value !== 'boolean') mismatch('boolean');
  } else if (schema.isNumericSchema()) {
    if (typeof value !== 'number' || Number.isNaN(value)) mismatch('number');
  } else if (schema.isBlobSchema()) {
    if (!schema.isStreaming() && !(value instanceof Uint8Array)) mismatch('blob');
  } else if (schema.isTimestampSchema()) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) mismatch('timestamp');
  }
}

function walkStructure(
  schema: NormalizedSchema,
  value: Record<string, unknown>,
  path: string,
  problems: string[],
): void {
  const required = requiredMemberCount(schema);
  let index = 0;
  for (const [name, member] of schema.structIterator()) {
    const at = path ? `${path}.${name}` : name;
    const item = value[name];
    if (item !== undefined && item !== null) walk(member, item, at, problems);
    if (typeof item === 'number' && PAGE_SIZE.test(name)) checkPageSize(item, at, problems);
    if ((item === undefined || item === null) && index < required && !member.isIdempotencyToken())
      problems.push(`Value null at '${at}' failed to satisfy constraint: Member must not be null`);
    index++;
  }
  const set = Object.values(value).filter((item) => item !== undefined && item !== null).length;
  if (schema.isUnionSchema() && set !== 1)
    problems.push(`Value at '${path}' must be of type union with exactly one member`);
}

/** The schemas tell neither whole numbers from others nor ranges: the one number that all List operations share is held to its own. */
const PAGE_SIZE = /^(max(results|keys|items|buckets|parts|uploads|records)|pagesize|limit)$/i;

function checkPageSize(size: number, path: string, problems: string[]): void {
  if (!Number.isInteger(size) || size < 0 || size >= 2 ** 31)
    problems.push(
      `Value '${size}' at '${path}' failed to satisfy constraint: Member must be an integer from 0 to 2147483647`,
    );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
