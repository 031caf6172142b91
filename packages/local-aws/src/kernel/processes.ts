import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/**
 * Reads the process groups that run (`+12`, `-12`) and kills those that are left when its input ends: which it also does
 * when the embedded AWS is killed and cannot end them itself.
 */
const REAPER = `
while read -r line; do
  case $line in
    +*) running="$running \${line#+}" ;;
    -*) left=; for group in $running; do [ "$group" = "\${line#-}" ] || left="$left $group"; done; running=$left ;;
  esac
done
for group in $running; do kill -s KILL -- "-$group" 2>/dev/null; done`;

/** The child processes of the embedded AWS (functions, jobs): none outlives it, however it ends. */
export class Processes {
  readonly #running = new Set<ChildProcess>();
  #reaper: ChildProcess | undefined;

  /** Starts a child in a process group of its own, so that what it starts ends with it. */
  spawn(command: string, parameters: string[], options: SpawnOptions): ChildProcess {
    this.#reaper ??= startReaper();
    const child = spawn(command, parameters, { ...options, detached: true });
    if (child.pid === undefined) return child;
    this.#running.add(child);
    this.#tell(`+${child.pid}`);
    child.once('close', () => {
      this.#running.delete(child);
      this.#tell(`-${child.pid}`);
    });
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
    this.#reaper?.stdin?.end();
  }

  #tell(line: string): void {
    this.#reaper?.stdin?.write(`${line}\n`);
  }
}

/** In a group of its own: what ends the embedded AWS's group, a Ctrl-C for instance, must not end it first. */
function startReaper(): ChildProcess {
  const reaper = spawn('/bin/sh', ['-c', REAPER], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Somebody may kill it: children then end with an orderly stop only.
  reaper.stdin?.on('error', () => undefined);
  reaper.unref();
  return reaper;
}
