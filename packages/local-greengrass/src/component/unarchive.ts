import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';

/** An archive that unpacks to more than this (bytes) is taken for a zip bomb. */
const LARGEST_CONTENT = 2 * 1024 * 1024 * 1024;
/** Empty files cost no content, but a place on the disk each. */
const MOST_ENTRIES = 50_000;
const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;
const EXECUTABLE = 0o111;

/**
 * Unpacks a ZIP into `folder`. What would leave the folder (absolute names, `..`, symbolic links) is refused, before
 * anything of that entry is written. Files keep their executable bit.
 */
export async function unarchiveZip(path: string, folder: string): Promise<void> {
  // yauzl refuses absolute names, `..` and backslashes itself, and entries whose size isn't the announced one.
  const zip = await openPromise(path, { lazyEntries: true, strictFileNames: true, validateEntrySizes: true });
  try {
    if (zip.entryCount > MOST_ENTRIES)
      throw new Error(`${path} has ${zip.entryCount} entries, ${MOST_ENTRIES} is the most`);
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      total += entry.uncompressedSize;
      if (total > LARGEST_CONTENT) throw new Error(`${path} unpacks to more than ${LARGEST_CONTENT} bytes`);
      await unpack(zip, entry, folder);
    }
  } finally {
    zip.close();
  }
}

async function unpack(zip: ZipFile, entry: Entry, folder: string): Promise<void> {
  const target = resolve(folder, entry.fileName);
  const mode = entry.externalFileAttributes >>> 16;
  if (target !== folder && !target.startsWith(folder + sep))
    throw new Error(`archive entry ${entry.fileName} would leave its folder: the archive is refused`);
  if ((mode & FILE_TYPE) === SYMBOLIC_LINK)
    throw new Error(`archive entry ${entry.fileName} is a symbolic link: the archive is refused`);
  if (entry.fileName.endsWith('/')) {
    await mkdir(target, { recursive: true });
    return;
  }
  await mkdir(dirname(target), { recursive: true });
  const content = await zip.openReadStreamPromise(entry);
  await pipeline(content, createWriteStream(target, { flags: 'wx', mode: mode & EXECUTABLE ? 0o755 : 0o644 }));
}
