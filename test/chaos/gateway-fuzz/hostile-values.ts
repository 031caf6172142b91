import type { NormalizedSchema } from '@smithy/core/schema';
import { type Random, randomStream } from '../../../packages/synthetic-tags/src/random.ts';

export { type Random, randomStream };

/** Names that the embedded AWS knows, by lower-cased member name: what makes an input reach deeper than "not found". */
export type KnownNames = ReadonlyMap<string, string[]>;

const TEXTS = [
  '',
  ' ',
  'a',
  '0',
  '-1',
  'true',
  'null',
  'none',
  '{',
  '{}',
  '[]',
  '[{}]',
  '"',
  '\\',
  '*',
  '**',
  '/',
  '//',
  '.',
  '..',
  '../..',
  '../../../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '%',
  '%zz',
  'a\0b',
  'a\nb',
  'a\r\nb',
  '\u0007',
  'é',
  '日本語',
  '🏷️',
  '\ud800',
  '<a>',
  ']]>',
  '&amp;',
  "'; DROP TABLE outbox; --",
  '${x}',
  '{% $x %}',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'arn:aws:s3:::',
  'arn:aws:iam::000000000000:role/none',
  'arn:aws:lambda:eu-west-1:000000000000:function:none',
  'arn:',
  ':::::::',
  's3://',
  's3://none/key',
  's3://fuzz-bucket/',
  'http://127.0.0.1:1/0/q',
  'http://[',
  'file:///etc/passwd',
  'rate(1 minute)',
  'rate(0 days)',
  'cron(0 0 31 2 ? *)',
  'cron(* * * * * *)',
  '{"a":[{"prefix":"x"}]}',
  '{"a":[{"numeric":["<"]}]}',
  '{"Version":"2012-10-17","Statement":[{}]}',
  '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}',
  '{"Resources":{"A":{"Type":"AWS::SQS::Queue"}}}',
  '{"Resources":{"A":{"Type":"AWS::None"},"B":{"Ref":"C"}}}',
  'SELECT 1',
  'SELECT * FROM "',
  '2026-01-01T00:00:00Z',
  '9999-99-99',
  '1e400',
  'x'.repeat(255),
  'x'.repeat(1025),
  'é'.repeat(600),
  '['.repeat(3000),
];
const NUMBERS = [
  0,
  1,
  -1,
  2,
  10,
  1.5,
  100,
  1000,
  65_536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e21,
  1e308,
  1e-300,
];
const TIMES = [0, -1, 1, 1_700_000_000, 1e12, 1e20, -1e15, '2026-01-01T00:00:00Z', 'yesterday', ''];

export class HostileValues {
  readonly #random: Random;
  readonly #names: KnownNames;

  constructor(random: Random, names: KnownNames) {
    this.#random = random;
    this.#names = names;
  }

  /** An input for the schema: mostly of the right shape, with wrong types, extremes and absences strewn in. */
  input(schema: NormalizedSchema): unknown {
    return this.chance(0.02) ? this.#anything(0) : this.#value(schema, '', 0);
  }

  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  #value(schema: NormalizedSchema, name: string, depth: number): unknown {
    if (depth > 0 && this.chance(0.06)) return this.#anything(depth);
    if (schema.isStructSchema()) return this.#structure(schema, depth);
    if (schema.isListSchema()) return this.#list(() => this.#value(schema.getValueSchema(), name, depth + 1));
    if (schema.isMapSchema())
      return Object.fromEntries(
        this.#list(() => [this.#text(name), this.#value(schema.getValueSchema(), name, depth + 1)]),
      );
    if (schema.isBlobSchema())
      return this.chance(0.8) ? Buffer.from(this.#text(name)).toString('base64') : '!not base64!';
    if (schema.isStringSchema()) return this.#text(name);
    if (schema.isBooleanSchema()) return this.chance(0.5);
    if (schema.isNumericSchema()) return this.pick(NUMBERS);
    if (schema.isTimestampSchema()) return this.pick(TIMES);
    return this.#anything(depth);
  }

  #structure(schema: NormalizedSchema, depth: number): unknown {
    const members = [...schema.structIterator()];
    if (schema.isUnionSchema() && members.length > 0 && this.chance(0.9)) {
      const [name, member] = this.pick(members);
      return { [name]: this.#value(member, name, depth + 1) };
    }
    const tuple: unknown = schema.getSchema();
    const required = Array.isArray(tuple) ? Number(tuple[6] ?? 0) : 0;
    const structure: Record<string, unknown> = {};
    for (const [index, [name, member]] of members.entries())
      if (this.chance(index < required ? 0.97 : 0.35 / (depth + 1)))
        structure[name] = this.#value(member, name, depth + 1);
    if (this.chance(0.03)) structure[this.pick(TEXTS)] = this.#anything(depth);
    return structure;
  }

  #text(name: string): string {
    const known = this.#names.get(name.toLowerCase());
    if (known && this.chance(0.75)) return this.pick(known);
    if (this.chance(0.1)) return this.pick([...this.#names.values()].flat());
    return this.pick(TEXTS);
  }

  #list<T>(item: () => T): T[] {
    return Array.from({ length: this.chance(0.02) ? 150 : this.below(4) }, item);
  }

  #anything(depth: number): unknown {
    const deeper = () => (depth > 4 ? null : this.#anything(depth + 1));
    return this.pick<() => unknown>([
      () => null,
      () => this.chance(0.5),
      () => this.pick(NUMBERS),
      () => this.pick(TEXTS),
      () => this.#list(deeper),
      () => Object.fromEntries(this.#list(() => [this.pick(TEXTS), deeper()])),
    ])();
  }
}
