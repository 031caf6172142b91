import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';

export interface ArchiveEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Byte of the gzip header that names the operating system: 255 is "unknown" (RFC 1952, 2.3.1). */
const GZIP_SYSTEM = 9;
const UNKNOWN_SYSTEM = 255;

/**
 * Writes a `.tar.gz` whose bytes depend on nothing but its entries: no times, no owners, no trace of the machine.
 * Images hardly compress, hence the fast level.
 *
 * @param entries in the order in which they are to be stored; taken one at a time, so they needn't fit into memory
 * @returns the file's digest and size
 */
export async function writeArchive(
  file: string,
  entries: AsyncIterable<ArchiveEntry>,
): Promise<{ sha256: string; bytes: number }> {
  const tar = pack();
  const hash = createHash('sha256');
  let bytes = 0;
  const sealed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (bytes <= GZIP_SYSTEM && bytes + chunk.length > GZIP_SYSTEM) chunk[GZIP_SYSTEM - bytes] = UNKNOWN_SYSTEM;
      bytes += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const written = pipeline(tar, createGzip({ level: 1 }), sealed, createWriteStream(file));
  const filled = fill(tar, entries);
  filled.catch((error: Error) => tar.destroy(error));
  await Promise.all([filled, written]);
  return { sha256: hash.digest('hex'), bytes };
}

async function fill(tar: ReturnType<typeof pack>, entries: AsyncIterable<ArchiveEntry>): Promise<void> {
  for await (const { name, bytes } of entries) {
    const header = { name, size: bytes.length, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0, uname: '', gname: '' };
    await new Promise<void>((resolve, reject) => {
      const entry = tar.entry(header, (error) => (error ? reject(error) : resolve()));
      entry.on('error', reject);
      entry.end(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    });
  }
  tar.finalize();
}

/** @throws Error naming the file when it isn't the one of this digest (sha256, hex) */
export async function checkArchive(file: string, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== sha256)
    throw new Error(
      `${file} has the digest ${found}, but prepare-dataset wrote ${sha256}: it was changed since. Run the pipeline again.`,
    );
}

/** Bytes that a file of an archive may have; they are held in memory, one file at a time. */
const LARGEST_FILE = 512 * 1024 * 1024;

/**
 * Reads the files of a `.tar.gz` one after another. Folders and links are passed over.
 *
 * @throws Error naming the file when it isn't a gzipped tar archive, or has a file that is larger than memory should be
 */
export async function* readArchive(file: string): AsyncGenerator<ArchiveEntry> {
  const archive = extract();
  const unpacked = pipeline(createReadStream(file), createGunzip(), archive);
  // Seen below: the iteration ends with the same error.
  unpacked.catch(() => undefined);
  try {
    for await (const entry of archive) {
      const { name, size = 0 } = entry.header;
      if (size > LARGEST_FILE) throw new Error(`${name} has ${size} bytes, ${LARGEST_FILE} is the most`);
      const bytes = await buffer(entry);
      if (entry.header.type === 'file') yield { name: name.replace(/^\.\//, ''), bytes };
    }
    await unpacked;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file} isn't a complete .tar.gz archive: ${reason}. Run the step that writes it again.`, {
      cause,
    });
  }
}

/** Entries out of a list, as `writeArchive` takes them. */
export function entriesOf(list: Iterable<ArchiveEntry>): AsyncIterable<ArchiveEntry> {
  return Readable.from(list);
}
