import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Store } from './store.ts';

let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  store = new Store(join(folder, 'state.db'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

/** What another process would find on disk now. */
function onDisk(): unknown[] {
  const db = new DatabaseSync(join(folder, 'state.db'), { readOnly: true });
  try {
    return db
      .prepare('SELECT key, value FROM things ORDER BY key')
      .all()
      .map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}

test('shows a write at once and has it on disk when durable() resolves', async () => {
  const things = store.collection<number>('things');
  await store.durable();
  things.put('a', 1);
  expect(things.get('a')).toBe(1);
  expect(onDisk()).toEqual([]);
  await store.durable();
  expect(onDisk()).toEqual([{ key: 'a', value: '1' }]);
});

test('commits the writes of a turn together', async () => {
  const things = store.collection<number>('things');
  things.put('a', 1);
  const first = store.durable();
  things.put('b', 2);
  expect(store.durable()).toBe(first);
  await first;
  expect(onDisk()).toHaveLength(2);
});

test('undoes the writes of an atomic block that throws, and only those', async () => {
  const things = store.collection<number>('things');
  things.put('a', 1);
  expect(() =>
    store.atomic(() => {
      things.put('b', 2);
      throw new Error('no');
    }),
  ).toThrow('no');
  await store.durable();
  expect(onDisk()).toEqual([{ key: 'a', value: '1' }]);
});

test('lists in key order, by prefix, in pages', () => {
  const things = store.collection<number>('things');
  for (const key of ['b/2', 'a/1', 'b/1', 'c']) things.put(key, 0);
  expect(things.list().map(({ key }) => key)).toEqual(['a/1', 'b/1', 'b/2', 'c']);
  expect(things.list({ prefix: 'b/' }).map(({ key }) => key)).toEqual(['b/1', 'b/2']);
  expect(things.list({ prefix: 'b/', after: 'b/1' }).map(({ key }) => key)).toEqual(['b/2']);
  expect(things.list({ limit: 1 }).map(({ key }) => key)).toEqual(['a/1']);
});
