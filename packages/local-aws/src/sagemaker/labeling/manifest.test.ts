import { describe, expect, test } from 'vitest';
import { parseCategories, parseManifest } from './manifest.ts';

/** "Use an Input Manifest File", and the label category configuration file. */

const line = (more: Record<string, unknown> = {}) => JSON.stringify({ 'source-ref': 's3://raw/a.jpg', ...more });

describe('a manifest', () => {
  test('is one JSON object a line, whose other attributes pass through', () => {
    expect(parseManifest(`${line({ imageId: 'i' })}\r\n\n${line()}\n`)).toEqual([
      { 'source-ref': 's3://raw/a.jpg', imageId: 'i' },
      { 'source-ref': 's3://raw/a.jpg' },
    ]);
  });
  test.each<[string, string, RegExp]>([
    ['has no lines', '\n\n', /has no lines/],
    ['is not JSON', `${line()}\n{`, /line 2 of the input manifest is not valid JSON/],
    ['begins with a byte order mark', `\ufeff${line()}`, /line 1 .* is not valid JSON/],
    ['has two objects in a line', line() + line(), /line 1 .* is not valid JSON/],
    ['has a line that is null', 'null', /line 1 .* is no JSON object/],
    ['has a source-ref of another type', line({ 'source-ref': {} }), /has no "source-ref"/],
    ['has a source-ref without a key', line({ 'source-ref': 's3://raw/' }), /has no "source-ref"/],
    ['has its source-ref in what objects inherit', '{"__proto__":{"source-ref":"s3://b/k"}}', /has no "source-ref"/],
    ['has a line that is no object', '[]', /line 1 .* is no JSON object/],
    ['has a line without source-ref', '{"source":"text"}', /line 1 .* has no "source-ref"/],
    [
      'has a source-ref that is not in S3',
      '{"source-ref":"https://x/a.jpg"}',
      /has no "source-ref" with the S3 location/,
    ],
    ['has an attribute that begins with $', line({ $id: 1 }), /"\$id"; names may not begin with \$/],
    [
      'has an attribute of more than 20,000 characters',
      line({ note: 'x'.repeat(20_000) }),
      /attribute "note" .* more than 20000/,
    ],
    ['has a line of more than 100,000 characters', line({ a: 'x'.repeat(100_000) }), /100000 is the most/],
    ['has more than 100,000 lines', `${line()}\n`.repeat(100_001), /100001 lines; 100000 is the most/],
  ])('that %s fails the job', (_what, text, message) => {
    expect(() => parseManifest(text)).toThrow(message);
  });
});

describe('a label category file', () => {
  const file = (...labels: unknown[]) => JSON.stringify({ 'document-version': '2018-11-28', labels });
  test('gives its labels, whose place is their class', () => {
    expect(parseCategories(file({ label: 'scratch' }, { label: 'dent' }))).toEqual(['scratch', 'dent']);
  });
  test.each<[string, string, RegExp]>([
    ['is not JSON', 'labels', /not valid JSON/],
    ['has no labels', file(), /has no labels/],
    ['has a label twice', file({ label: 'a' }, { label: 'a' }), /"a", which is/],
    ['has a label without a name', file({ label: '' }), /"", which is/],
    ['has a label of more than 256 characters', file({ label: 'a'.repeat(257) }), /too long/],
    [
      'has more than 50 labels',
      file(...Array.from({ length: 51 }, (_, index) => ({ label: `l${index}` }))),
      /50 is the most/,
    ],
  ])('that %s fails the job', (_what, text, message) => {
    expect(() => parseCategories(text)).toThrow(message);
  });
});
