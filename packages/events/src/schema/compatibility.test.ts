import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { catalogue } from '../catalogue/catalogue.ts';
import type { EventDefinition } from '../envelope/definition.ts';
import { parseEvent } from '../envelope/parse-event.ts';
import { sampleEvent } from '../testing/sample-event.ts';
import { incompatibilities } from './compatibility.ts';
import { jsonSchemaOf, snapshotName } from './json-schema.ts';
import { readSnapshot } from './snapshots.ts';

const definitions: readonly EventDefinition[] = Object.values(catalogue);

describe.each(definitions.map((definition) => [definition.name, definition] as const))('%s', (name, definition) => {
  it('has a sample that a consumer can parse', () => {
    const parsed = parseEvent(definition, sampleEvent(definition));
    expect(parsed.data).toEqual(definition.sample);
  });

  it('breaks nobody who knows its snapshot', () => {
    expect(readSnapshot(definition), `${snapshotName(definition)} is missing`).toBeDefined();
    expect(incompatibilities(readSnapshot(definition), jsonSchemaOf(definition))).toEqual([]);
  });

  it('is as its snapshot says (else run: node packages/events/src/schema/snapshots.ts)', () => {
    expect(readSnapshot(definition)).toEqual(JSON.parse(JSON.stringify(jsonSchemaOf(definition))));
  });

  it('is found in the catalogue under its own name', () => {
    expect(Reflect.get(catalogue, name)).toBe(definition);
  });
});

describe('incompatibilities', () => {
  const compare = (before: z.ZodType, after: z.ZodType) =>
    incompatibilities(z.toJSONSchema(before, { io: 'input' }), z.toJSONSchema(after, { io: 'input' }));
  const before = z.object({
    id: z.string(),
    size: z.int().max(10),
    kind: z.enum(['a', 'b']),
    tags: z.array(z.object({ name: z.string() })),
    note: z.string().optional(),
  });

  it('allows new optional fields, new values and wider limits', () => {
    const after = before.extend({
      extra: z.string().optional(),
      size: z.int().max(20),
      kind: z.enum(['a', 'b', 'c']),
    });
    expect(compare(before, after)).toEqual([]);
  });

  it.each([
    ['a removed field', before.omit({ note: true }), 'detail.note: was removed'],
    ['a retyped field', before.extend({ id: z.number() }), 'detail.id: was string, is number'],
    ['a new required field', before.extend({ extra: z.string() }), 'detail.extra: is newly required'],
    ['a field that became required', before.extend({ note: z.string() }), 'detail.note: is newly required'],
    [
      'a field that became optional',
      before.extend({ id: z.string().optional() }),
      'detail.id: is no longer always there',
    ],
    ['a value that is gone', before.extend({ kind: z.enum(['a']) }), 'detail.kind: no longer allows "b"'],
    ['a closer limit', before.extend({ size: z.int().max(5) }), 'detail.size: maximum was 10, is 5'],
    ['a new pattern', before.extend({ id: z.string().regex(/^x/) }), 'detail.id: has another pattern'],
    ['a change within a list', before.extend({ tags: z.array(z.object({})) }), 'detail.tags[].name: was removed'],
  ])('names %s', (_, after, problem) => {
    expect(compare(before, after)).toContain(problem);
  });

  it('looks into claimable lists', () => {
    const [schema, broken] = [
      jsonSchemaOf(catalogue.ImagesArrived),
      JSON.stringify(jsonSchemaOf(catalogue.ImagesArrived)),
    ];
    const renamed = JSON.parse(broken.replaceAll('"station"', '"place"'));
    expect(incompatibilities(schema, renamed)).toContain('detail.data.images(1).items[].station: was removed');
  });
});
