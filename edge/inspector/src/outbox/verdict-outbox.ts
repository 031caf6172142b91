import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Frame } from '../frames/frame.ts';
import type { Ledger } from '../frames/ledger.ts';
import type { Verdict } from '../verdict.ts';
import { openOutbox } from './outbox.ts';

/** Verdicts that wait to be published. A frame is done when its verdict waits here or is in the ledger. */
export interface VerdictOutbox {
  isDone(key: string): boolean;
  /** Resolves when it is on disk. */
  put(frame: Pick<Frame, 'key' | 'capturedAt'>, verdict: Verdict): Promise<void>;
  drained(): Promise<void>;
  stop(): Promise<void>;
}

export interface VerdictOutboxOptions {
  folder: string;
  clock: Clock;
  ledger: Ledger;
  /** Publishes a verdict (JSON text); throws when the broker didn't confirm it. */
  publish(verdict: string): Promise<void>;
  report(message: string, error?: unknown): void;
}

const entrySchema = z.object({ key: z.string(), verdict: z.record(z.string(), z.unknown()) });

/** The name under which a frame's verdict and picture wait: in the order of capture, the same whenever the frame comes. */
export function waitingName({ key, capturedAt }: Pick<Frame, 'key' | 'capturedAt'>): string {
  const digest = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return `${String(capturedAt).padStart(15, '0')}-${digest}`;
}

export async function openVerdictOutbox(options: VerdictOutboxOptions): Promise<VerdictOutbox> {
  const { folder, clock, ledger, publish, report } = options;
  const waiting = new Set(await waitingKeys(folder));
  /** Verdicts that are on their way to the disk, by their frames' keys. */
  const underWay = new Map<string, Promise<void>>();
  const outbox = await openOutbox({
    folder,
    clock,
    report,
    async send(_name, path) {
      const { key, verdict } = await readEntry(path);
      if (!ledger.has(key)) await publish(JSON.stringify(verdict));
      // Before the file goes: what was published is done, even when the next thing is a power cut.
      await ledger.add(key);
      waiting.delete(key);
    },
  });
  async function write(frame: Pick<Frame, 'key' | 'capturedAt'>, verdict: Verdict): Promise<void> {
    waiting.add(frame.key);
    try {
      await outbox.put(waitingName(frame), JSON.stringify({ key: frame.key, verdict }));
    } catch (error) {
      waiting.delete(frame.key);
      throw error;
    } finally {
      underWay.delete(frame.key);
    }
  }
  return {
    isDone: (key) => ledger.has(key) || (waiting.has(key) && !underWay.has(key)),
    put(frame, verdict) {
      // A client that sends a frame again is answered when its verdict is safe, and no sooner.
      const written = underWay.get(frame.key) ?? write(frame, verdict);
      underWay.set(frame.key, written);
      return written;
    },
    drained: outbox.drained,
    stop: outbox.stop,
  };
}

async function waitingKeys(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const names = (await readdir(folder)).filter((name) => !name.endsWith('.tmp'));
  return Promise.all(names.map(async (name) => (await readEntry(join(folder, name))).key));
}

async function readEntry(path: string): Promise<z.infer<typeof entrySchema>> {
  return entrySchema.parse(JSON.parse(await readFile(path, 'utf8')));
}
