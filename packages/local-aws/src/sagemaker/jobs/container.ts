import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { Kernel } from '../../kernel/kernel.ts';
import { JobFailure } from './job-failure.ts';
import { endOrphan, rememberProcess } from './orphan.ts';

const ROOT = '/opt/ml';

/**
 * A job's `/opt/ml`, in a folder of its own. The process finds it by `SAGEMAKER_BASE_DIR`.
 */
export interface Container {
  /** What stands for `/opt/ml`. */
  baseDir: string;
  /** For what the job writes elsewhere. */
  temporaryDir: string;
  /** Called with the process that runs in it. */
  entered(pid: number | undefined): Promise<void>;
  /** Where a path below `/opt/ml` lies. */
  path(containerPath: string): string;
  writeJson(containerPath: string, content: unknown): Promise<void>;
  /** A file's text; undefined when the job wrote none. */
  read(containerPath: string): Promise<string | undefined>;
  remove(): Promise<void>;
}

const PROCESS = 'pid';
const folderOf = (kernel: Kernel, kind: string, job: string) => join(kernel.folder('sagemaker'), kind, job);

/** Removes what an interrupted run of a job left, its process too. */
export async function removeContainer(kernel: Kernel, kind: string, job: string): Promise<void> {
  const folder = folderOf(kernel, kind, job);
  await endOrphan(join(folder, PROCESS), folder);
  // Whom the signal has not reached yet may still write.
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Makes an empty container; what an interrupted run of the same job left is removed. */
export async function createContainer(kernel: Kernel, kind: string, job: string): Promise<Container> {
  await removeContainer(kernel, kind, job);
  const folder = folderOf(kernel, kind, job);
  const baseDir = join(folder, randomUUID(), 'opt', 'ml');
  const temporaryDir = join(folder, 'tmp');
  for (const path of ['input/config', 'input/data', 'config', 'model', 'output/data', 'code'])
    await mkdir(join(baseDir, path), { recursive: true });
  await mkdir(temporaryDir, { recursive: true });
  const path = (containerPath: string) => {
    const local = join(baseDir, containerPath.slice(ROOT.length));
    if (!containerPath.startsWith(`${ROOT}/`) || !local.startsWith(baseDir + sep))
      throw new JobFailure(`ClientError: The path ${containerPath} must be below ${ROOT}`);
    return local;
  };
  return {
    baseDir,
    temporaryDir,
    entered: (pid) => rememberProcess(join(folder, PROCESS), pid),
    path,
    async writeJson(containerPath, content) {
      await mkdir(dirname(path(containerPath)), { recursive: true });
      await writeFile(path(containerPath), JSON.stringify(content));
    },
    read: (containerPath) =>
      readFile(path(containerPath), 'utf8').catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
