import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { duration, table } from './terminal.ts';

test('aligns columns, numbers to the right', () => {
  const text = stripVTControlCharacters(
    table(
      ['what', 'count'],
      [
        ['images', 7],
        ['models', 12],
      ],
    ),
  );
  expect(text.split('\n')).toEqual(['what    count', 'images      7', 'models     12']);
});

test('writes durations as people say them', () => {
  expect([duration(900), duration(73_400), duration(245_000)]).toEqual(['1s', '73s', '4m 05s']);
});
