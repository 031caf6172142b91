import type { Clock } from '@assay/local-aws';

/** `setTimeout` overflows above 2^31-1 ms. */
const LONGEST_TIMEOUT = 2_147_483_647;

/** The time of day, from which a test skips what would only be waited for. */
export function skippingClock(): Clock & { skip(milliseconds: number): void } {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const waiting = new Map<() => void, { due: number; timer?: NodeJS.Timeout }>();
  const arm = (fire: () => void) => {
    const entry = waiting.get(fire);
    if (!entry) return;
    clearTimeout(entry.timer);
    entry.timer = setTimeout(fire, Math.min(Math.max(0, entry.due - now()), LONGEST_TIMEOUT));
  };
  return {
    now,
    after(milliseconds, task) {
      const fire = () => {
        waiting.delete(fire);
        task();
      };
      waiting.set(fire, { due: now() + milliseconds });
      arm(fire);
      return () => {
        clearTimeout(waiting.get(fire)?.timer);
        waiting.delete(fire);
      };
    },
    skip(milliseconds) {
      ahead += milliseconds;
      for (const fire of [...waiting.keys()]) arm(fire);
    },
  };
}
