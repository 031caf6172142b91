import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { z } from 'zod';
import type { Connection } from '../../../packages/cli/src/platform/connection.ts';

export type LocalConnection = Connection & Required<Pick<Connection, 'endpoint' | 'credentials'>>;

/** The embedded AWS in a process of its own. */
export interface AwsProcess {
  dataDir: string;
  connection: LocalConnection;
  /** Processor time that it has used so far, all threads, in milliseconds. Lambda functions are processes of their own. */
  cpu(): Promise<number>;
  /** Profiles the main thread while `work` runs. */
  profiled<T>(work: () => Promise<T>): Promise<{ result: T; profile: Profiler.Profile }>;
  close(): Promise<void>;
}

const listening = z.object({
  endpoint: z.url(),
  region: z.string(),
  account: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});
const answering = z.object({ id: z.int(), answer: z.unknown() });

/** Starts the embedded AWS on a data directory; what it reports goes to standard error. */
export async function startAwsProcess(dataDir: string): Promise<AwsProcess> {
  const child = fork(join(import.meta.dirname, 'main.ts'), [dataDir], { serialization: 'advanced', execArgv: [] });
  const early = once(child, 'exit').then(([code]) => {
    throw new Error(`the embedded AWS ended with ${code}`);
  });
  const [first] = await Promise.race([once(child, 'message'), early]);
  const connection = { stage: 'local', pid: child.pid, ...listening.parse(first) };
  const open = new Map<number, (answer: unknown) => void>();
  let asked = 0;
  child.on('message', (message) => {
    const { id, answer } = answering.parse(message);
    open.get(id)?.(answer);
    open.delete(id);
  });
  // Who asks hears of an early end; nobody else has to.
  early.catch(() => undefined);
  const ask = (what: string) => {
    const id = asked++;
    const answer = new Promise<unknown>((resolve) => open.set(id, resolve));
    child.send({ id, ask: what });
    return Promise.race([answer, early]);
  };
  return {
    dataDir,
    connection,
    cpu: async () => z.number().parse(await ask('cpu')),
    async profiled(work) {
      await ask('start-profile');
      const result = await work();
      // The inspector's own format, out of our own process.
      return { result, profile: (await ask('stop-profile')) as Profiler.Profile };
    },
    async close() {
      const ended = once(child, 'exit');
      await ask('close');
      await ended;
    },
  };
}
