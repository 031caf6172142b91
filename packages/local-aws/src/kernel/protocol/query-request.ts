import { FromStringShapeDeserializer } from '@smithy/core/protocols';
import type { NormalizedSchema } from '@smithy/core/schema';

const scalars = new FromStringShapeDeserializer({
  httpBindings: false,
  timestampFormat: { useTrait: true, default: 5 },
});

/**
 * Parses a Query protocol request (`Tags.member.1.Key=…`): the SDK has a writer for it but no reader.
 * Source: "AWS Query protocol", Smithy 2.0.
 */
export function parseQuery(schema: NormalizedSchema, parameters: ReadonlyMap<string, string>, prefix = ''): unknown {
  const present = (path: string) =>
    parameters.has(path) || [...parameters.keys()].some((key) => key.startsWith(`${path}.`));
  if (schema.isStructSchema()) {
    const structure: Record<string, unknown> = {};
    for (const [name, member] of schema.structIterator()) {
      const path = (prefix ? `${prefix}.` : '') + (member.getMergedTraits().xmlName ?? name);
      if (present(path)) structure[name] = parseQuery(member, parameters, path);
    }
    return structure;
  }
  const flattened = schema.getMergedTraits().xmlFlattened;
  if (schema.isListSchema()) {
    if (parameters.get(prefix) === '') return [];
    const item = schema.getValueSchema();
    const base = flattened ? prefix : `${prefix}.${item.getMergedTraits().xmlName ?? 'member'}`;
    const list: unknown[] = [];
    for (let i = 1; present(`${base}.${i}`); i++) list.push(parseQuery(item, parameters, `${base}.${i}`));
    return list;
  }
  if (schema.isMapSchema()) {
    const base = flattened ? prefix : `${prefix}.entry`;
    const keyName = schema.getKeySchema().getMergedTraits().xmlName ?? 'key';
    const valueName = schema.getValueSchema().getMergedTraits().xmlName ?? 'value';
    const entries: [string, unknown][] = [];
    for (let i = 1; present(`${base}.${i}`); i++) {
      const value = parseQuery(schema.getValueSchema(), parameters, `${base}.${i}.${valueName}`);
      entries.push([parameters.get(`${base}.${i}.${keyName}`) ?? '', value]);
    }
    return Object.fromEntries(entries);
  }
  return scalars.read(schema, parameters.get(prefix) ?? '');
}
