import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { FromHost, HostOrders, Kill, ToHost } from './host-messages.ts';

const HOST = new URL('./host.ts', import.meta.url);

/** An embedded AWS that is killed and started again, on the same data and port. */
export interface MortalCloud {
  dataDir: string;
  /** How often it was killed so far. */
  kills(): number;
  /** The functions that were killed. */
  killedFunctions: readonly string[];
  /** What it reported, over all its lives. */
  reports: readonly string[];
  /** Its time, in milliseconds since the epoch. */
  now(): number;
  /** Lets so many milliseconds of its time be over. */
  skip(milliseconds: number): void;
  /** Does `work` until it succeeds, however often a kill cuts its connections. */
  patiently<T>(work: () => Promise<T>): Promise<T>;
  /** What was done already when it began to live, as {@link Kill.progress} counts. */
  before: number;
  /** Stops it in an orderly way. @returns how much is done, and how many calls functions have made in its last life. */
  stop(): Promise<{ progress: number; functionCalls: number }>;
}

export interface Fate {
  /** When the next life ends; undefined lets it live. */
  nextKill?(): Kill | undefined;
  /** See {@link HostOrders.functionKills}. */
  functionKills?: number[];
}

export async function startMortalCloud(
  { dataDir, port }: { dataDir: string; port: number },
  { nextKill = () => undefined, functionKills = [] }: Fate = {},
): Promise<MortalCloud> {
  const reports: string[] = [];
  const killedFunctions: string[] = [];
  const broken = Promise.withResolvers<never>();
  // Whoever waits hears of it; nobody may be waiting.
  broken.promise.catch(() => undefined);
  let kills = 0;
  let skipped = 0;
  let before: number | undefined;
  let end = { progress: 0, functionCalls: 0 };
  let stopping = false;
  let up = false;
  let host: ChildProcess;
  let listening = Promise.withResolvers<void>();
  const send = (message: ToHost) => void host.send(message);

  function live(): void {
    const orders: HostOrders = { dataDir, port, kill: nextKill(), functionKills };
    host = fork(HOST, [JSON.stringify(orders)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A start is then a matter of reading, not of compiling.
      env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(dataDir), 'compiled') },
    });
    let errors = '';
    host.stderr?.on('data', (chunk: Buffer) => {
      errors += chunk;
    });
    host.on('message', (message: FromHost) => {
      if ('ready' in message) {
        before ??= message.progress;
        up = true;
        listening.resolve();
      } else if ('report' in message) reports.push(message.report);
      else if ('killed' in message) killedFunctions.push(message.killed);
      else end = message;
    });
    host.once('exit', (code, signal) => {
      if (stopping && code === 0) return;
      if (signal !== 'SIGKILL' || orders.kill === undefined)
        return broken.reject(new Error(`the embedded AWS ended with ${signal ?? code}:\n${errors}`));
      kills++;
      // One that never listened is still waited for.
      if (up) listening = Promise.withResolvers<void>();
      up = false;
      live();
    });
  }
  live();
  await Promise.race([listening.promise, broken.promise]);
  return {
    dataDir,
    before: before ?? 0,
    kills: () => kills,
    killedFunctions,
    reports,
    now: () => Date.now() + skipped,
    skip(milliseconds) {
      skipped += milliseconds;
      send({ skip: milliseconds });
    },
    async patiently(work) {
      for (;;) {
        await Promise.race([listening.promise, broken.promise]);
        try {
          return await work();
        } catch (error) {
          if (!isCut(error)) throw error;
        }
      }
    },
    async stop() {
      await Promise.race([listening.promise, broken.promise]);
      stopping = true;
      send('close');
      await Promise.race([once(host, 'exit'), broken.promise]);
      return end;
    },
  };
}

const CUT = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Whether a call failed because its connection was cut. */
function isCut(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && CUT.has(error.code)) return true;
  return error.cause !== undefined && isCut(error.cause);
}
