import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { type Frame, isName } from './frame.ts';

/** A frame that is in the folder and whole, not read yet. */
export interface WaitingFrame {
  key: string;
  path: string;
  station: string;
  part: string;
  file: string;
  capturedAt: number;
}

export interface FolderSource {
  stop(): Promise<void>;
}

export interface FolderSourceOptions {
  folder: string;
  pollSeconds: number;
  clock: Clock;
  isDone(key: string): boolean;
  /** Takes a frame; when it throws, the frame comes again with the next look. */
  take(frame: Frame): Promise<void>;
  report(message: string, error?: unknown): void;
}

const PREFIX = 'folder ';

/** Whether a ledger key is of a frame that is still in its folder. */
export function isInFolder(folder: string, key: string): boolean {
  const relative = key.startsWith(PREFIX) ? key.slice(PREFIX.length).split(' ')[0] : undefined;
  return relative !== undefined && existsSync(join(folder, relative));
}

/**
 * Looks for pictures `<folder>/<station>/<part>/<file>`, oldest first, those that failed before after all others. One that
 * is still being written is left until two looks have found it the same; a camera that renames finished files into the
 * folder is taken at its second look too.
 */
export function startFolderSource(options: FolderSourceOptions): FolderSource {
  const { folder, pollSeconds, clock, report } = options;
  let seen = new Set<string>();
  /** Frames that could not be taken, each with the number of its last failure: they hold up no other frame, nor each other. */
  const failed = new Map<string, number>();
  let failures = 0;
  let stopped = false;
  let cancel = () => {};
  let looking = Promise.resolve();

  async function look(): Promise<void> {
    const waiting = await framesIn(folder);
    const settled = waiting.filter(({ key }) => seen.has(key) && !options.isDone(key));
    seen = new Set(waiting.map(({ key }) => key));
    for (const key of failed.keys()) if (!seen.has(key)) failed.delete(key);
    const failure = ({ key }: WaitingFrame) => failed.get(key) ?? 0;
    for (const frame of settled.toSorted((a, b) => failure(a) - failure(b) || a.capturedAt - b.capturedAt)) {
      if (stopped) return;
      const { key, station, part, file, capturedAt } = frame;
      try {
        await options.take({ key, station, part, file, capturedAt, bytes: await readFile(frame.path) });
      } catch (error) {
        // Said once, not with every look: it may stay so for days.
        if (!failed.has(key)) report(`${station}/${part}/${file} could not be taken; it is tried again`, error);
        failed.set(key, ++failures);
        return;
      }
      failed.delete(key);
    }
  }

  function next(): void {
    looking = look()
      .catch((error: unknown) => report(`there was no looking for frames in ${folder}; it is tried again`, error))
      .then(() => {
        if (!stopped) cancel = clock.after(pollSeconds * 1000, next);
      });
  }
  next();
  return {
    stop() {
      stopped = true;
      cancel();
      return looking;
    },
  };
}

/** All pictures in the folder, hidden and temporary files left out. */
export async function framesIn(folder: string): Promise<WaitingFrame[]> {
  const frames: WaitingFrame[] = [];
  for (const station of await names(folder))
    for (const part of await names(join(folder, station)))
      for (const file of await names(join(folder, station, part))) {
        const path = join(folder, station, part, file);
        const found = await stat(path).catch(() => undefined);
        if (!found?.isFile()) continue;
        const capturedAt = Math.round(found.mtimeMs);
        const key = `${PREFIX}${station}/${part}/${file} ${found.size} ${capturedAt}`;
        frames.push({ key, path, station, part, file, capturedAt });
      }
  return frames;
}

async function names(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter(isName).toSorted();
  } catch (error) {
    // A folder that isn't there yet is empty; a file among folders is none.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
