import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Remembers the process of a run, for {@link endOrphan}. */
export const rememberProcess = (path: string, pid: number | undefined) => writeFile(path, String(pid ?? ''));

/**
 * Ends the process of an earlier run that a crash of the embedded AWS left behind, with all that it started: the job is
 * about to run again. Its number may belong to another process by now; it is ours only when its environment names `folder`.
 */
export async function endOrphan(path: string, folder: string): Promise<void> {
  const pid = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1 || !(await environment(pid)).includes(`SAGEMAKER_BASE_DIR=${folder}`)) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // ESRCH: it ended in the meantime.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

/** The environment of a process as text; empty when there is no such process. */
async function environment(pid: number): Promise<string> {
  if (process.platform === 'linux') return readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
  const listed = await run('ps', ['eww', '-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return listed.stdout;
}
