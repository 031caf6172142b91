import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** The child processes of the embedded AWS (functions, jobs): none outlives it. */
export class Processes {
  readonly #running = new Set<ChildProcess>();

  /** Starts a child in a process group of its own, so that what it starts ends with it. */
  spawn(command: string, parameters: string[], options: SpawnOptions): ChildProcess {
    const child = spawn(command, parameters, { ...options, detached: true });
    this.#running.add(child);
    child.once('close', () => this.#running.delete(child));
    child.once('error', () => this.#running.delete(child));
    return child;
  }

  /** Signals a child and all that it started. */
  signal(child: ChildProcess, signal: NodeJS.Signals): void {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      // ESRCH: it ended in the meantime.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }

  /** Kills all that run and waits for their ends. */
  async close(): Promise<void> {
    const ends = [...this.#running].map((child) => new Promise((resolve) => child.once('close', resolve)));
    for (const child of this.#running) this.signal(child, 'SIGKILL');
    await Promise.all(ends);
  }
}
