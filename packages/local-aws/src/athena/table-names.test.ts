import { expect, it } from 'vitest';
import { tablesNamed } from './table-names.ts';

it.each([
  ['SELECT 1', []],
  ['SELECT a, b FROM parts WHERE c = 1', ['parts']],
  [
    'SELECT * FROM "Plant"."parts-1" AS p, other o, "third" JOIN x.y USING (id)',
    ['plant.parts-1', 'other', 'third', 'x.y'],
  ],
  ['WITH k AS (SELECT * FROM AwsDataCatalog.plant.parts p) SELECT * FROM k', ['plant.parts']],
  [
    'WITH k (a, b) AS (SELECT max(c), d FROM parts), "l" AS (SELECT * FROM k JOIN lots USING (a)) SELECT * FROM l, K, x.k',
    ['parts', 'lots', 'x.k'],
  ],
  ['WITH parts AS (SELECT * FROM parts WHERE (a) IN (SELECT b FROM c)) SELECT * FROM parts', ['parts', 'c']],
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
