import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from './errors.ts';
import { makePrivate } from './files.ts';

/**
 * The format of `state.db` (SQLite's `user_version`). Whoever changes a table raises it and says in {@link holdDataDirectory}
 * how a directory of the format before becomes one of this. Format 0 is what was written before formats had numbers: its
 * tables are those of format 1.
 */
const FORMAT = 1;

/** A data directory that cannot be used as it is. Nothing in it was changed. */
export class DataDirectoryError extends Error {
  /** What to do about it. */
  readonly remedy: string;

  constructor(problem: string, remedy: string, options?: ErrorOptions) {
    super(problem, options);
    this.name = 'DataDirectoryError';
    this.remedy = remedy;
  }
}

/**
 * Makes sure that a data directory is there, whole, of a format that this version knows, and nobody else's while it is held.
 * The system lets go of a directory whose holder was killed.
 *
 * @returns how to let go of it
 * @throws DataDirectoryError, with nothing in the directory changed
 */
export function holdDataDirectory(dataDir: string): () => void {
  makeFolder(dataDir);
  const lock = takeLock(dataDir);
  try {
    checkState(dataDir);
    return () => lock.close();
  } catch (error) {
    lock.close();
    throw error;
  }
}

function makeFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new DataDirectoryError(
      `The data directory ${dataDir} cannot be made: ${messageOf(cause)}`,
      'Choose a folder that you may write to.',
      { cause },
    );
  }
}

/** SQLite's lock on a file of its own: the one that the system gives back when a process ends, however it ends. */
function takeLock(dataDir: string): DatabaseSync {
  const path = join(dataDir, 'lock');
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(makePrivate(path), { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock?.close();
    if (/locked|busy/.test(messageOf(cause)))
      throw new DataDirectoryError(
        `The data directory ${dataDir} is in use by another embedded AWS.`,
        'Stop that one, or choose another directory.',
        { cause },
      );
    throw new DataDirectoryError(
      `The data directory ${dataDir} cannot be written to: ${messageOf(cause)}`,
      'Make room on its disk, or see to it that you may write to it.',
      { cause },
    );
  }
}

function checkState(dataDir: string): void {
  const path = join(dataDir, 'state.db');
  if (!existsSync(path) || statSync(path).size === 0) {
    // An empty database would be a new one: what the files belong to must not be forgotten, or they would be swept away.
    const orphaned = ['s3/objects', 'dynamodb'].find((folder) => hasFiles(join(dataDir, folder)));
    if (orphaned) throw damaged(path, `it is ${existsSync(path) ? 'empty' : 'missing'}, while ${orphaned} has content`);
  }
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path);
    const format = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    if (format > FORMAT)
      throw new DataDirectoryError(
        `The data directory ${dataDir} was written by a newer version: its format is ${format}, and this version knows formats up to ${FORMAT}.`,
        'Use the version that wrote it, or choose another directory.',
      );
    const [problem] = db.prepare('PRAGMA quick_check(1)').all();
    if (problem?.quick_check !== 'ok') throw damaged(path, String(problem?.quick_check));
    db.exec(`PRAGMA user_version = ${FORMAT}`);
  } catch (cause) {
    throw cause instanceof DataDirectoryError ? cause : damaged(path, messageOf(cause), cause);
  } finally {
    db?.close();
  }
}

const hasFiles = (folder: string) => existsSync(folder) && readdirSync(folder).length > 0;

export function damaged(path: string, how: string, cause?: unknown): DataDirectoryError {
  return new DataDirectoryError(
    `${path} is damaged: ${how}.`,
    'Put a copy of the whole data directory in its place, or choose another directory to begin anew.',
    { cause },
  );
}
