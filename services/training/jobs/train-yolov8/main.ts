import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseFolder } from '../container/folders.ts';
import { findPython } from './python.ts';

// On a laptop, where there is no container: the container's own entry point is main.py.
const entryPoint = fileURLToPath(new URL('main.py', import.meta.url));

process.exitCode = await runWithPython(await findPython(process.env).catch(fail));

async function runWithPython(python: string | undefined): Promise<number> {
  if (python === undefined) return 1;
  const job = spawn(python, ['-B', entryPoint], { stdio: 'inherit' });
  process.on('SIGTERM', () => job.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    job.once('error', reject);
    job.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

async function fail(error: Error): Promise<undefined> {
  console.error(error.message);
  await mkdir(join(baseFolder, 'output'), { recursive: true });
  await writeFile(join(baseFolder, 'output', 'failure'), error.message);
}
