import { setTimeout as delay } from 'node:timers/promises';
import { CliError } from '../cli-error.ts';
import type { Terminal } from '../output/terminal.ts';
import { isRunning, localConnection } from '../platform/connection.ts';

const LONGEST_STOP = 30_000;

/** Stops the embedded AWS of a data directory. Nothing is lost: the next start carries on. */
export async function down(terminal: Terminal, dataDir: string): Promise<void> {
  const { pid } = await localConnection(dataDir);
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; isRunning(pid); waited += 100) {
    if (waited > LONGEST_STOP)
      throw new CliError(
        `Process ${pid} has not stopped in ${LONGEST_STOP / 1000} s.`,
        `End it with "kill -9 ${pid}"; what was acknowledged is on disk.`,
      );
    await delay(100);
  }
  terminal.result({ stopped: pid }, () => `Stopped (process ${pid}).`);
}
