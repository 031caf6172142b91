import { level } from './dynalite-modules.ts';

interface StoredTable {
  TableStatus?: string;
  GlobalSecondaryIndexes?: { IndexStatus?: string }[];
}

/**
 * Ends what a crash interrupted in dynalite's store, before dynalite opens it: dynalite makes a table active, and removes a
 * deleted one, in a timer that it does not take up again.
 */
export async function endInterruptedTables(path: string): Promise<void> {
  const db = new level(path, { valueEncoding: 'json' });
  await db.open();
  try {
    for await (const [key, stored] of db.iterator({ gte: 'table~', lt: 'table~\uffff' })) {
      const table = stored as StoredTable;
      if (table.TableStatus === 'CREATING') {
        for (const index of table.GlobalSecondaryIndexes ?? []) index.IndexStatus = 'ACTIVE';
        const value = { ...table, TableStatus: 'ACTIVE' };
        await db.batch([{ type: 'put', key, value }], { sync: true });
      } else if (table.TableStatus === 'DELETING') {
        const name = key.slice('table~'.length);
        const doomed: { type: 'del'; key: string }[] = [{ type: 'del', key }];
        for (const prefix of [`item-${name}~`, `tag-${name}~`, `index-local~${name}~`, `index-global~${name}~`])
          for await (const inside of db.keys({ gte: prefix, lt: `${prefix}\uffff` }))
            doomed.push({ type: 'del', key: inside });
        await db.batch(doomed, { sync: true });
      }
    }
  } finally {
    await db.close();
  }
}
