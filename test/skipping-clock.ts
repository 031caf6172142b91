import type { Clock } from '@assay/local-aws';

export interface SkippingClock extends Clock {
  /** Lets so many milliseconds be over at once. */
  skip(milliseconds: number): void;
}

/**
 * A clock that goes as clocks go, until somebody skips a wait.
 *
 * @param skipped what was skipped before it began to go (ms)
 */
export function skippingClock(skipped = 0): SkippingClock {
  const now = () => Date.now() + skipped;
  const timers = new Set<{ due: number; fire: () => void; handle: NodeJS.Timeout }>();
  /** `setTimeout` takes no longer ones. */
  const handleOf = (due: number, fire: () => void) => setTimeout(fire, Math.min(Math.max(0, due - now()), 2 ** 31 - 1));
  return {
    now,
    after(milliseconds, task) {
      const due = now() + milliseconds;
      const fire = () => {
        timers.delete(timer);
        task();
      };
      const timer = { due, fire, handle: handleOf(due, fire) };
      timers.add(timer);
      return () => {
        timers.delete(timer);
        clearTimeout(timer.handle);
      };
    },
    skip(milliseconds) {
      skipped += milliseconds;
      for (const timer of timers) {
        clearTimeout(timer.handle);
        timer.handle = handleOf(timer.due, timer.fire);
      }
    },
  };
}
