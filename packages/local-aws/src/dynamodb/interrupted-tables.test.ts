import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { level } from './dynalite-modules.ts';
import { endInterruptedTables } from './interrupted-tables.ts';

it('makes a table that was being created active, and ends the deletion of another', async () => {
  const path = await mkdtemp(join(tmpdir(), 'dynalite-'));
  const before = new level(path, { valueEncoding: 'json' });
  await before.open();
  const stored = {
    'table~made': { TableName: 'made', TableStatus: 'CREATING', GlobalSecondaryIndexes: [{ IndexStatus: 'CREATING' }] },
    'table~doomed': { TableName: 'doomed', TableStatus: 'DELETING' },
    'table~kept': { TableName: 'kept', TableStatus: 'ACTIVE' },
    'item-doomed~1': {},
    'index-global~doomed~by-state~1': {},
    'tag-doomed~owner': 'me',
    'item-kept~1': {},
  };
  await before.batch(
    Object.entries(stored).map(([key, value]) => ({ type: 'put', key, value })),
    {},
  );
  await before.close();

  await endInterruptedTables(path);

  const after = new level(path, { valueEncoding: 'json' });
  await after.open();
  const found: Record<string, unknown> = {};
  for await (const [key, value] of after.iterator({})) found[key] = value;
  await after.close();
  await rm(path, { recursive: true });
  expect(found).toEqual({
    'table~made': { TableName: 'made', TableStatus: 'ACTIVE', GlobalSecondaryIndexes: [{ IndexStatus: 'ACTIVE' }] },
    'table~kept': { TableName: 'kept', TableStatus: 'ACTIVE' },
    'item-kept~1': {},
  });
});
