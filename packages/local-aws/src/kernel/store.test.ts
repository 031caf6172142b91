import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Store } from './store.ts';

let folder: string;
let store: Store;
const reports: string[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  store = new Store(join(folder, 'state.db'), ({ message }) => reports.push(message));
});
afterEach(() => {
  reports.length = 0;
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

test('acknowledges what the disk has confirmed, and nothing before', async () => {
  const things = store.collection<number>('things');
  await store.durable();
  const handle = await open(join(folder, 'any'), 'w');
  const disk = Promise.withResolvers<void>();
  const datasync = vi.spyOn(Object.getPrototypeOf(handle), 'datasync').mockReturnValue(disk.promise);
  await handle.close();
  try {
    things.put('a', 1);
    let acknowledged = false;
    store.whenDurable(() => {
      acknowledged = true;
    });
    await vi.waitFor(() => expect(datasync).toHaveBeenCalledOnce());
    await new Promise(setImmediate);
    expect(acknowledged).toBe(false);
    disk.resolve();
    await store.durable();
    expect(acknowledged).toBe(true);
  } finally {
    datasync.mockRestore();
  }
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

test('acknowledges nothing more when a commit fails, and keeps what was on disk', async () => {
  const things = store.collection<number>('things');
  store.define('CREATE TABLE parents (id INTEGER PRIMARY KEY)');
  store.define('CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)');
  things.put('a', 1);
  await store.durable();
  things.put('b', 2);
  // SQLite finds out at the commit that the parent isn't there.
  store.prepare('INSERT INTO children VALUES (1)').run();
  await expect(store.durable()).rejects.toThrow('make room on the disk');
  expect(() => things.put('c', 3)).toThrow('nothing is acknowledged any more');
  await expect(store.durable()).rejects.toThrow('FOREIGN KEY constraint failed');
  let ran = false;
  store.whenDurable(() => {
    ran = true;
  });
  await new Promise(setImmediate);
  expect(ran).toBe(false);
  expect(onDisk()).toEqual([{ key: 'a', value: '1' }]);
  expect(reports).toHaveLength(1);
});

test('acknowledges nothing more when the disk is full', async () => {
  const things = store.collection<string>('things');
  things.put('a', 'small');
  await store.durable();
  store.define('PRAGMA max_page_count = 3');
  expect(() => things.put('b', 'x'.repeat(100_000))).toThrow('database or disk is full');
  await expect(store.durable()).rejects.toThrow('database or disk is full');
  expect(onDisk()).toEqual([{ key: 'a', value: '"small"' }]);
});
