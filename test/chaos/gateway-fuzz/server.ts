import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const ready = z.object({
  endpoint: z.string(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
});
const told = z.object({ report: z.string() });

/** The embedded AWS under test, in a process that may die. */
export interface Server extends z.infer<typeof ready> {
  /** What it reported since it started: faults of its own that no caller hears of. */
  reports: string[];
  alive(): boolean;
  /** Resident memory in bytes. */
  memory(): number;
  close(): Promise<void>;
}

export async function startServer(dataDir: string): Promise<Server> {
  const child: ChildProcess = fork(new URL('./embedded-aws.ts', import.meta.url), [dataDir], {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  const reports: string[] = [];
  child.stderr?.on('data', (text) => reports.push(String(text)));
  const greeting = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error(`the embedded AWS did not start: ${reports.join('')}`)));
  });
  child.on('message', (message) => reports.push(told.parse(message).report));
  return {
    ...ready.parse(greeting),
    reports,
    alive: () => child.exitCode === null && child.signalCode === null,
    memory: () => 1024 * Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]),
    async close() {
      const ended = once(child, 'exit');
      child.send('close');
      await ended;
    },
  };
}
