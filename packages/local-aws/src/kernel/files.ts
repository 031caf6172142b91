import { randomUUID } from 'node:crypto';
import { chmodSync, closeSync, createWriteStream, openSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Writes a file so that a reader, or a crash at any instant, sees the old content or the new one, never a part:
 * temporary file in the same folder, fsync, rename, fsync of the folder.
 */
export async function writeFileAtomically(path: string, content: Uint8Array | string | Readable): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${randomUUID()}.tmp`);
  try {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
    } else {
      await pipeline(content, createWriteStream(temporary, { flags: 'wx', flush: true, mode: 0o600 }));
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** A name with a zero byte, of more than 255 bytes, or of a file where a folder must be, or the other way round. */
const NO_PATH = new Set(['ERR_INVALID_ARG_VALUE', 'ENAMETOOLONG', 'ENOTDIR', 'EISDIR', 'EEXIST']);

/** Whether a file could not be written because of its path: not every key of S3's can be one. */
export function isPathProblem(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NO_PATH.has(String(error.code));
}

/** Makes a rename or an unlink in `folder` survive a power cut. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a database's file before SQLite does, so that only its owner may read it: SQLite's other files take its mode. */
export function makePrivate(path: string): string {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  return path;
}
