import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { ZipFile } from 'yazl';

/** A file of an artifact: where it goes, and its content or where that comes from. */
export type ZipEntry =
  | { readonly name: string; readonly source: string }
  | { readonly name: string; readonly content: Uint8Array };

/**
 * Writes a zip whose bytes depend on its entries' names and contents alone: sorted, one mode, one time. The time is
 * kept in DOS form only, because the extended form is written in UTC and would differ from zone to zone.
 */
export async function writeArchive(file: string, entries: readonly ZipEntry[]): Promise<void> {
  const zip = new ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(file));
  const options = { mtime: new Date(1980, 0, 1), forceDosTimestamp: true, mode: 0o100644, compressionLevel: 9 };
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const content = 'content' in entry ? entry.content : await readFile(entry.source);
    zip.addBuffer(Buffer.from(content), entry.name, options);
  }
  zip.end();
  await written;
}
