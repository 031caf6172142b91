import { expect, test } from 'vitest';
import { refuseIndigestible } from './indigestible.ts';

const nested = (levels: number): object => (levels === 1 ? { S: 'a' } : { M: { inner: nested(levels - 1) } });

test('names the null that stands for an item of a list or map', () => {
  const nulls = [
    [{ Key: { id: null } }, 'key.id'],
    [{ Item: { tags: { SS: ['a', null] } } }, 'item.tags.SS.2.member'],
    [{ RequestItems: { ledger: [null] } }, 'requestItems.ledger.1.member'],
  ] as const;
  for (const [input, path] of nulls)
    expect(() => refuseIndigestible(input)).toThrow(
      `1 validation error detected: Value null at '${path}' failed to satisfy constraint: Member must not be null`,
    );
});

test('takes values of 32 levels and members that are as good as absent, and refuses what is deeper', () => {
  refuseIndigestible({ IndexName: null, Item: { a: nested(32) } });
  refuseIndigestible({ RequestItems: { ledger: [{ PutRequest: { Item: { a: nested(32) } } }] } });
  for (const levels of [40, 100_000])
    expect(() =>
      refuseIndigestible({ Item: { a: JSON.parse(`${'{"M":{"b":'.repeat(levels)}1${'}}'.repeat(levels)}`) } }),
    ).toThrow('Nesting Levels have exceeded supported limits');
});
