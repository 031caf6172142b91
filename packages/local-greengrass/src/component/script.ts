import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { ProcessLedger } from './process-ledger.ts';

/** A log beyond this (bytes) is put aside as `.1` when a script starts. */
const LARGEST_LOG = 10 * 1024 * 1024;
/** How long a process may take to end after SIGTERM, in milliseconds. */
const GRACE = 5_000;

export interface ScriptOptions {
  /** Told apart in the ledger, e.g. `com.example.Hello`. */
  component: string;
  cwd: string;
  environment: NodeJS.ProcessEnv;
  logPath: string;
  ledger: ProcessLedger;
}

/** A script that runs: its end as an exit code (128 and more for a signal, 127 when it couldn't be started). */
export interface RunningScript {
  ended: Promise<number>;
  /** Asks the script and all that it started to end, and kills them when they don't. */
  stop(clock: Clock): Promise<void>;
}

/** Starts a lifecycle script in a shell and a process group of its own; its output goes to the component's log. */
export function startScript(script: string, options: ScriptOptions): RunningScript {
  mkdirSync(options.cwd, { recursive: true });
  const log = openLog(options.logPath);
  const child = spawn('/bin/sh', ['-c', script], {
    cwd: options.cwd,
    env: options.environment,
    stdio: ['ignore', log, log],
    detached: true,
  });
  closeSync(log);
  if (child.pid !== undefined) options.ledger.add(options.component, child.pid);
  const ended = new Promise<number>((resolve) => {
    child.once('error', () => resolve(127));
    child.once('exit', (code, signal) => resolve(code ?? (signal ? 128 : 127)));
  }).then((code) => {
    if (child.pid !== undefined) options.ledger.remove(options.component, child.pid);
    return code;
  });
  return {
    ended,
    async stop(clock) {
      if (child.exitCode === null && child.signalCode === null) {
        signalGroup(child, 'SIGTERM');
        const cancel = clock.after(GRACE, () => signalGroup(child, 'SIGKILL'));
        await ended;
        cancel();
      }
      // What the script started and left behind ends with it.
      signalGroup(child, 'SIGKILL');
    },
  };
}

/** `Skipif`: `onpath <program>` or `exists <file>` ("Component lifecycle"). */
export function isSkipped(condition: string | undefined): boolean {
  if (condition === undefined) return false;
  const [kind = '', ...rest] = condition.trim().split(/\s+/);
  const subject = rest.join(' ');
  if (kind === 'exists') return existsSync(subject);
  if (kind === 'onpath')
    return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, subject)));
  throw new Error(`Skipif "${condition}": write "onpath <program>" or "exists <file>"`);
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && statSync(path).size > LARGEST_LOG) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // ESRCH: all of the group has ended.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
