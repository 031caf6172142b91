import { existsSync } from 'node:fs';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeDurably } from '../durable-files.ts';

/** The frames that were inspected and told of, on disk: a restart must not do them again. */
export interface Ledger {
  has(key: string): boolean;
  /** Resolves when it is on disk. */
  add(key: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the ledger at `path`, a key per line. `keep` says which of its keys may come again; the others are forgotten, so
 * that it grows with what is in the folder and not with all that ever was.
 */
export async function openLedger(path: string, keep: (key: string) => boolean): Promise<Ledger> {
  const known = new Set<string>();
  if (existsSync(path)) {
    const lines = (await readFile(path, 'utf8')).split('\n');
    // What follows the last line break was cut off by a power cut: its frame is not done.
    for (const line of lines.slice(0, -1)) if (line !== '' && keep(line)) known.add(line);
  }
  await mkdir(dirname(path), { recursive: true });
  await writeDurably(path, [...known].map((key) => `${key}\n`).join(''));
  const handle = await open(path, 'a');
  return {
    has: (key) => known.has(key),
    async add(key) {
      if (known.has(key)) return;
      await handle.write(`${key}\n`);
      await handle.datasync();
      known.add(key);
    },
    close: () => handle.close(),
  };
}
