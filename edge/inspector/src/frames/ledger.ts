import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDurably } from '../durable-files.ts';

/** The frames that were inspected and told of, on disk: a restart must not do them again. */
export interface Ledger {
  has(key: string): boolean;
  /** Resolves when it is on disk. */
  add(key: string): Promise<void>;
  close(): Promise<void>;
}

/** Whether a key may come again, after which so many newer ones came. */
export type Keep = (key: string, newer: number) => boolean;

/** Keys that are added before the ledger is looked through for those that can be forgotten, at least. */
const SPARE = 1_000;

/**
 * Opens the ledger at `path`, a key per line. What `keep` says no to is forgotten, now and each time that the ledger has
 * doubled, so that it grows with what may come again and not with all that ever was.
 */
export async function openLedger(path: string, keep: Keep): Promise<Ledger> {
  await mkdir(dirname(path), { recursive: true });
  let known = new Set(await readKeys(path));
  let handle: FileHandle | undefined;
  let enough = 0;

  async function forget(): Promise<void> {
    const keys = [...known];
    known = new Set(keys.filter((key, index) => keep(key, keys.length - 1 - index)));
    await writeDurably(path, [...known].map((key) => `${key}\n`).join(''));
    const old = handle;
    handle = await open(path, 'a');
    await old?.close();
    enough = 2 * known.size + SPARE;
  }
  await forget();

  async function write(key: string): Promise<void> {
    if (known.has(key)) return;
    await handle?.write(`${key}\n`);
    await handle?.datasync();
    known.add(key);
    if (known.size > enough) await forget();
  }
  let turn = Promise.resolve();
  return {
    has: (key) => known.has(key),
    add(key) {
      const mine = turn.then(() => write(key));
      turn = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      await turn;
      await handle?.close();
    },
  };
}

async function readKeys(path: string): Promise<string[]> {
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, 'utf8')).split('\n');
  // What follows the last line break was cut off by a power cut: its frame is not done.
  return lines.slice(0, -1).filter((line) => line !== '');
}
