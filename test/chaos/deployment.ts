import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, createContext } from '../../packages/cli/src/context.ts';
import { startPlatform } from '../../packages/cli/src/platform/local-platform.ts';
import { quietTerminal } from '../journeys/quiet-terminal.ts';

/** All services, deployed once to an embedded AWS that was then stopped: each run begins on a copy of it. */
export interface Deployment {
  port: number;
  /** A client's view of whatever runs on the port. */
  context(): Context;
  /** A platform's folder of its own, as the deployment left it, or an embedded AWS that has stopped since; its data is in `aws`. */
  copy(of?: string): Promise<string>;
  remove(): Promise<void>;
}

/** @param settings the services' settings, as `serverless.yml` reads them from the environment */
export async function deployOnce(settings: Record<string, string>): Promise<Deployment> {
  const folder = await mkdtemp(join(tmpdir(), 'chaos-'));
  const dataDir = join(folder, 'deployed');
  const terminal = quietTerminal();
  const framesDir = join(folder, 'frames');
  const platform = await startPlatform({ dataDir, port: 0, settings, framesDir, terminal });
  const { connection } = platform.context;
  await platform.close();
  let copies = 0;
  return {
    port: Number(new URL(connection.endpoint ?? '').port),
    context: () => createContext(quietTerminal(), connection),
    async copy(of = dataDir) {
      const copy = join(folder, `run-${++copies}`);
      await cp(join(of, 'aws'), join(copy, 'aws'), { recursive: true });
      return copy;
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
