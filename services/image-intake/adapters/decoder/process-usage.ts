import { readFileSync } from 'node:fs';

/** Memory that a process has in use; 0 where there is no `/proc`, and then it isn't bounded. */
export function residentBytes(pid: number | undefined): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readProcess(pid, 'status')) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** Processor time that a process has used; 0 where there is no `/proc`, and then it isn't bounded. */
export function workedMilliseconds(pid: number | undefined): number {
  // utime and stime, the 14th and 15th field in ticks of 10 ms (proc_pid_stat(5)); the second may hold spaces.
  const [, user, system] = /^.*\) (?:\S+ ){11}(\d+) (\d+) /.exec(readProcess(pid, 'stat')) ?? [];
  return (Number(user ?? 0) + Number(system ?? 0)) * 10;
}

function readProcess(pid: number | undefined, file: 'stat' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    // Not Linux, or gone in the meantime, which its end tells.
    return '';
  }
}
