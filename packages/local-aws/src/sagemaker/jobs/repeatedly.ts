import type { Kernel } from '../../kernel/kernel.ts';

/** Runs `work` every so many milliseconds, one run at a time, until it is stopped; then waits for the run in progress. */
export function repeatedly(kernel: Kernel, milliseconds: number, work: () => Promise<void>) {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let cancel: () => void;
  const wait = () => {
    cancel = kernel.clock.after(milliseconds, () => {
      running = work()
        .catch((error: unknown) => kernel.report('what a job writes could not be put into S3 yet', error))
        .then(() => {
          if (!stopped) wait();
        });
    });
  };
  wait();
  return {
    async stop(): Promise<void> {
      stopped = true;
      cancel();
      await running;
    },
  };
}
