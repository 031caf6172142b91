import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import type { FromHost, HostOrders, JobKill, Kill, Step, ToHost } from './host-messages.ts';

const HOST = new URL('./host.ts', import.meta.url);

/** An embedded AWS that is killed and started again, on the same data and port. */
export interface MortalCloud {
  /** Laid out as a platform's: `aws` in it is the embedded AWS's. */
  folder: string;
  dataDir: string;
  /** How often it was killed so far. */
  kills(): number;
  /** The functions that were killed. */
  killedFunctions: readonly string[];
  /** The steps whose jobs were killed. */
  killedJobs: readonly Step[];
  /** What it reported, over all its lives. */
  reports: readonly string[];
  /** Its time, in milliseconds since the epoch. */
  now(): number;
  /** Lets so many milliseconds of its time be over. */
  skip(milliseconds: number): void;
  /** Lets this life and those to come, those that have no end of their own yet, end so. */
  doom(kills: readonly Kill[]): void;
  /** Whether a kill is still to come. */
  doomed(): boolean;
  /** Does `work` until it succeeds, however often a kill cuts its connections. */
  patiently<T>(work: () => Promise<T>): Promise<T>;
  /** What was done already when it began to live, as {@link Kill.progress} counts. */
  before: number;
  /** Stops it in an orderly way. @returns how much is done, and how many calls functions have made in its last life. */
  stop(): Promise<{ progress: number; functionCalls: number }>;
}

export interface Fate {
  /** How its lives end, one after another; the one after them is let live. */
  kills?: readonly Kill[];
  /** See {@link HostOrders.functionKills}. */
  functionKills?: number[];
  jobKills?: JobKill[];
}

export async function startMortalCloud(
  { folder, port }: { folder: string; port: number },
  { kills: fated = [], functionKills = [], jobKills = [] }: Fate = {},
): Promise<MortalCloud> {
  const dataDir = join(folder, 'aws');
  const reports: string[] = [];
  const killedFunctions: string[] = [];
  const killedJobs: Step[] = [];
  const broken = Promise.withResolvers<never>();
  // Whoever waits hears of it; nobody may be waiting.
  broken.promise.catch(() => undefined);
  const due = [...fated];
  let kills = 0;
  let kill: Kill | undefined;
  let skipped = 0;
  let before: number | undefined;
  let end = { progress: 0, functionCalls: 0 };
  let stopping = false;
  let up = false;
  let host: ChildProcess;
  let listening = Promise.withResolvers<void>();
  // Whoever has just died hears nothing: the next one is told when it begins.
  const send = (message: ToHost) => void host.send(message, () => undefined);

  function live(): void {
    kill = due.shift();
    const orders: HostOrders = { dataDir, port, skipped, kill, functionKills, jobKills };
    host = fork(HOST, [JSON.stringify(orders)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A start is then a matter of reading, not of compiling.
      env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(folder), 'compiled') },
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
      else if ('killedJob' in message) killedJobs.push(message.killedJob);
      else end = message;
    });
    host.once('exit', (code, signal) => {
      if (stopping && code === 0) return;
      if (signal !== 'SIGKILL' || kill === undefined)
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
    folder,
    dataDir,
    before: before ?? 0,
    kills: () => kills,
    killedFunctions,
    killedJobs,
    reports,
    now: () => Date.now() + skipped,
    skip(milliseconds) {
      skipped += milliseconds;
      send({ skip: milliseconds });
    },
    doom(more) {
      due.push(...more);
      if (kill !== undefined) return;
      kill = due.shift();
      if (kill !== undefined) send({ kill });
    },
    doomed: () => kill !== undefined,
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
