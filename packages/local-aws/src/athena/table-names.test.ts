import { expect, it } from 'vitest';
import { tablesNamed } from './table-names.ts';

it.each([
  ['SELECT 1', []],
  ['SELECT a, b FROM parts WHERE c = 1', ['parts']],
  [
    'SELECT * FROM "Plant"."parts-1" AS p, other o, "third" JOIN x.y USING (id)',
    ['plant.parts-1', 'other', 'third', 'x.y'],
  ],
  ['WITH k AS (SELECT * FROM AwsDataCatalog.plant.parts p) SELECT * FROM k', ['plant.parts', 'k']],
  [
    "SELECT 'from hidden' -- from comment\n/* join c */ FROM (SELECT * FROM deep) d LEFT JOIN side ON true",
    ['deep', 'side'],
  ],
  ['SELECT * FROM a"b', ['a']],
])('%s', (query, expected) => {
  expect(
    tablesNamed(query).map(({ database, table }) => (database === undefined ? table : `${database}.${table}`)),
  ).toEqual(expected);
});
