import type { NormalizedSchema } from '@smithy/core/schema';

/** A Query body: members by path, lists as `member.N`, whatever the schema says. */
export function queryBody(operation: string, version: string, input: unknown): string {
  const pairs: [string, string][] = [
    ['Action', operation],
    ['Version', version],
  ];
  const walk = (value: unknown, path: string) => {
    if (Array.isArray(value)) for (const [i, item] of value.entries()) walk(item, `${path}.member.${i + 1}`);
    else if (isRecord(value))
      for (const [name, item] of Object.entries(value)) walk(item, path === '' ? name : `${path}.${name}`);
    else if (value !== undefined) pairs.push([path || 'Value', asText(value)]);
  };
  walk(input, '');
  return new URLSearchParams(pairs).toString();
}

/** An XML document named as the schema has it where the schema knows, and else by the members' own names. */
export function xmlBody(schema: NormalizedSchema, name: string, value: unknown): string {
  const root = schema.getMergedTraits().xmlName ?? schema.getName() ?? name;
  return `<?xml version="1.0"?>${element(schema, root, value)}`;
}

function element(schema: NormalizedSchema | undefined, name: string, value: unknown): string {
  if (Array.isArray(value)) {
    const item = schema?.isListSchema() ? schema.getValueSchema() : undefined;
    if (schema?.getMergedTraits().xmlFlattened) return value.map((one) => element(item, name, one)).join('');
    const inner = item?.getMergedTraits().xmlName ?? 'member';
    return `<${name}>${value.map((one) => element(item, inner, one)).join('')}</${name}>`;
  }
  if (!isRecord(value)) return `<${name}>${escapeXml(asText(value))}</${name}>`;
  const members = schema?.isStructSchema() ? new Map(schema.structIterator()) : new Map<string, NormalizedSchema>();
  const inner = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => {
      const member = members.get(key);
      const tag = member?.getMergedTraits().xmlName ?? key.replace(/[^A-Za-z0-9]/g, '_');
      return element(member, tag || '_', item);
    });
  return `<${name}>${inner.join('')}</${name}>`;
}

const escapeXml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

export const asText = (value: unknown): string =>
  typeof value === 'string' ? value.toWellFormed() : (JSON.stringify(value) ?? '');

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
