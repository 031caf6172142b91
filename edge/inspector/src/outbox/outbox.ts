import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import { removeDurably, writeDurably } from '../durable-files.ts';

/** Things that wait to be sent, on disk: what was put in goes out once there is a way, in its order, whatever happens in between. */
export interface Outbox {
  /** Resolves when it is on disk. Put in again under the same name, it replaces itself. */
  put(name: string, content: string | Uint8Array): Promise<void>;
  /** Resolves when nothing waits, or after {@link stop}. */
  drained(): Promise<void>;
  stop(): Promise<void>;
}

export interface OutboxOptions {
  folder: string;
  clock: Clock;
  /** Sends one; when it throws, it is tried again after a while, and those behind it wait. */
  send(name: string, path: string): Promise<void>;
  report(message: string, error?: unknown): void;
}

/** Milliseconds before the first repetition; doubles up to a minute. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** Opens an outbox and begins to send what an earlier run left in it, in the order of the names. */
export async function openOutbox({ folder, clock, send, report }: OutboxOptions): Promise<Outbox> {
  await mkdir(folder, { recursive: true });
  const waiting = new Set((await readdir(folder)).filter((name) => !name.endsWith('.tmp')).toSorted());
  let failures = 0;
  let stopped = false;
  let cancel = () => {};
  let working: Promise<void> | undefined;
  let listeners: (() => void)[] = [];

  async function work(): Promise<void> {
    while (!stopped && waiting.size > 0) if (!(await sendAll([...waiting].toSorted()))) return;
    for (const listener of listeners.splice(0)) listener();
  }

  /** Says false when one could not be sent: its repetition is arranged then. What is put in meanwhile is left for later. */
  async function sendAll(names: readonly string[]): Promise<boolean> {
    for (const name of names) {
      if (stopped) break;
      const path = join(folder, name);
      try {
        // What was put in again while it was being sent is gone with what was sent.
        if (existsSync(path)) await send(name, path);
        await removeDurably(path);
        waiting.delete(name);
        if (failures > 0) report(`${name} was sent at last`);
        failures = 0;
      } catch (error) {
        failures++;
        const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (failures - 1));
        // Said once, not every time: the way may be closed for days.
        if (failures === 1) report(`${name} could not be sent; it is kept and tried again`, error);
        cancel = clock.after(pause, wake);
        return false;
      }
    }
    return true;
  }

  function wake(): void {
    if (stopped) return;
    working ??= work().finally(() => {
      working = undefined;
      if (waiting.size > 0 && failures === 0) wake();
    });
  }
  wake();
  return {
    async put(name, content) {
      await writeDurably(join(folder, name), content);
      waiting.add(name);
      if (failures === 0) wake();
    },
    drained: () =>
      waiting.size === 0 || stopped ? Promise.resolve() : new Promise((resolve) => listeners.push(resolve)),
    async stop() {
      stopped = true;
      cancel();
      await working;
      const pending = listeners;
      listeners = [];
      for (const listener of pending) listener();
    },
  };
}
