import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { endOrphan, rememberProcess } from './orphan.ts';

it('ends what an earlier run left, and no process that merely has its number', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'orphan-'));
  const path = join(folder, 'pid');
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    detached: true,
    env: { SAGEMAKER_BASE_DIR: join(folder, 'run', 'opt', 'ml') },
  });
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  await rememberProcess(path, child.pid);
  await endOrphan(path, join(tmpdir(), 'elsewhere'));
  expect(child.exitCode ?? child.signalCode).toBeNull();
  await endOrphan(path, folder);
  expect(await ended).toEqual([null, 'SIGKILL']);
  await endOrphan(path, folder);
  await endOrphan(join(folder, 'absent'), folder);
  await rm(folder, { recursive: true });
});
