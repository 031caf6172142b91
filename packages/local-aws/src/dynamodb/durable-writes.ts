import { dynaliteDb, level } from './dynalite-modules.ts';

/** One write of a batch, encoded, as abstract-level hands it to a store. */
type Write = { type: 'put' | 'del'; key: unknown; value?: unknown } & Record<string, unknown>;

/**
 * Makes dynalite's writes as durable as all others here, which it has no option for: each reaches the disk before it is
 * acknowledged, and an item and its entries in the table's indexes are written together or not at all. (By itself dynalite
 * removes the old index entries first and writes the item last: a crash between leaves an item that no query finds.)
 */
export function makeWritesDurable(): void {
  const store = level.prototype;
  const { _put: put, _del: del, _batch: batch } = store;
  /** Where index entries go while they are gathered instead of written. */
  let gathering: Write[] | undefined;
  /** Index entries of the item that is written next. */
  let entries: Write[] = [];

  function write(this: unknown, own: Write, alone: () => Promise<void>): Promise<void> {
    if (gathering) {
      gathering.push(own);
      return Promise.resolve();
    }
    if (entries.length === 0) return alone();
    const together = [...entries, own];
    entries = [];
    return batch.call(this, together, { sync: true });
  }

  store._put = function (key, value, options) {
    const own: Write = { ...options, type: 'put', key, value };
    return write.call(this, own, () => put.call(this, key, value, { ...options, sync: true }));
  };
  store._del = function (key, options) {
    const own: Write = { ...options, type: 'del', key };
    return write.call(this, own, () => del.call(this, key, { ...options, sync: true }));
  };
  store._batch = function (operations, options) {
    return batch.call(this, operations, { ...options, sync: true });
  };

  // Its callers write the item in the callback, at once: between the two nobody else writes.
  dynaliteDb.updateIndexes = (tables, table, before, after, writeItem) => {
    const gathered: Write[] = [];
    gathering = gathered;
    try {
      for (const type of ['Local', 'Global'] as const) {
        const indexes = table[`${type}SecondaryIndexes`] ?? [];
        const { puts, deletes } = dynaliteDb.getIndexActions(indexes, before, after, table);
        const index = (name: string) => tables.getIndexDb(type, table.TableName, name);
        for (const { index: name, key } of deletes) index(name).del(key, () => undefined);
        for (const { index: name, key, item } of puts) index(name).put(key, item, () => undefined);
      }
    } finally {
      gathering = undefined;
    }
    entries = gathered;
    writeItem();
    if (entries.length > 0) throw new Error('dynalite did not write the item that its index entries belong to');
  };
}
