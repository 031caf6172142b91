import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { JobImage, Kernel } from '../../kernel/kernel.ts';
import type { Container } from './container.ts';
import { JobFailure } from './job-failure.ts';

/** SIGTERM, so long, then SIGKILL ("Stop Processing", How Amazon SageMaker Runs Your Training Image). */
const GRACE = 120_000;

export interface ProcessEnd {
  /** As a container's: 128 and the signal's number when a signal ended it. Null when it never ran. */
  exitCode: number | null;
  /** Why it was told to end, if it was. */
  stopped?: 'stopped' | 'max-runtime';
}

/**
 * Runs a job's process to its end. It gets the container's environment, not that of this process, besides the path on
 * which commands are found.
 */
export async function runProcess(
  kernel: Kernel,
  container: Container,
  job: {
    image: JobImage;
    /** Appended to the image's command. */
    parameters: string[];
    environment: Record<string, string>;
    maxRuntimeSeconds: number;
    /** Aborted: the job is to stop. */
    stop: AbortSignal;
    onLine(line: string): void;
  },
): Promise<ProcessEnd> {
  const [command, ...fixed] = job.image.command;
  if (command === undefined) throw new JobFailure('ClientError: The command that stands for the image is empty.');
  const child = kernel.processes.spawn(command, [...fixed, ...job.parameters], {
    cwd: container.path('/opt/ml/code'),
    env: {
      PATH: process.env.PATH,
      HOME: container.temporaryDir,
      TMPDIR: container.temporaryDir,
      LANG: 'C.UTF-8',
      ...job.image.environment,
      ...job.environment,
      SAGEMAKER_BASE_DIR: container.baseDir,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stopped: ProcessEnd['stopped'];
  let cancelKill: (() => void) | undefined;
  const end = (reason: 'stopped' | 'max-runtime') => {
    stopped ??= reason;
    if (cancelKill) return;
    kernel.processes.signal(child, 'SIGTERM');
    cancelKill = kernel.clock.after(GRACE, () => kernel.processes.signal(child, 'SIGKILL'));
  };
  const noted = container
    .entered(child.pid)
    .catch((error: unknown) => kernel.report('the process of a job could not be noted', error));
  const onStop = () => end('stopped');
  job.stop.addEventListener('abort', onStop);
  if (job.stop.aborted) onStop();
  const cancelLimit = kernel.clock.after(job.maxRuntimeSeconds * 1000, () => end('max-runtime'));
  try {
    const lines = [child.stdout, child.stderr].map((stream) => readLines(stream, job.onLine));
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', (error) =>
        reject(new JobFailure(`ClientError: The command ${command} cannot be started: ${error.message}`)),
      );
      child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    });
    await Promise.all([...lines, noted]);
    return { exitCode, ...(stopped !== undefined && { stopped }) };
  } finally {
    cancelLimit();
    cancelKill?.();
    job.stop.removeEventListener('abort', onStop);
  }
}

async function readLines(stream: Readable | null, onLine: (line: string) => void): Promise<void> {
  if (stream) for await (const line of createInterface({ input: stream })) onLine(line);
}
