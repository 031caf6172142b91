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

/** Makes an empty container; what an interrupted run of the same job left is removed. */
export async function createContainer(kernel: Kernel, kind: string, job: string): Promise<Container> {
  const folder = join(kernel.folder('sagemaker'), kind, job);
  const processFile = join(folder, 'pid');
  await endOrphan(processFile, folder);
  await rm(folder, { recursive: true, force: true });
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
    entered: (pid) => rememberProcess(processFile, pid),
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
