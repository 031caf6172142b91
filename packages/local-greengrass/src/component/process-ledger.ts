import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The components' processes, on disk, so that a core device that died without stopping them finds and ends them at its
 * next start: a component must not run twice.
 */
export interface ProcessLedger {
  add(component: string, pid: number): void;
  remove(component: string, pid: number): void;
  /** Kills what an earlier core device left behind. */
  reap(): void;
}

export function processLedger(folder: string): ProcessLedger {
  mkdirSync(folder, { recursive: true });
  const fileOf = (component: string, pid: number) => join(folder, `${component}.${pid}`);
  return {
    add: (component, pid) => writeFileSync(fileOf(component, pid), startOf(pid) ?? ''),
    remove: (component, pid) => rmSync(fileOf(component, pid), { force: true }),
    reap() {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name);
        const pid = Number(name.slice(name.lastIndexOf('.') + 1));
        // The start time tells the component's process from a stranger that got the same id later.
        const started = readFileSync(path, 'utf8');
        if (started !== '' && startOf(pid) === started) killGroup(pid);
        rmSync(path, { force: true });
      }
    },
  };
}

/**
 * Takes hold of a device's folder for this process; the returned function lets go of it. Two core devices in one folder
 * would run every component twice.
 */
export function claimRoot(root: string): () => void {
  const path = join(root, 'core-device.pid');
  const [pid = '', started = ''] = existsSync(path) ? readFileSync(path, 'utf8').split(' ') : [];
  if (started !== '' && startOf(Number(pid)) === started)
    throw new Error(`the core device in ${root} runs already, as process ${pid}: stop that one first`);
  writeFileSync(path, `${process.pid} ${startOf(process.pid) ?? ''}`);
  return () => rmSync(path, { force: true });
}

/** When a process started, in the system's own words; undefined when there is none of this id. */
function startOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux')
      return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8' }).trim();
    // proc(5), stat: field 22 is the start time; the command's name (field 2) may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
