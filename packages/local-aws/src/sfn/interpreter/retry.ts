import type { Retrier } from '../definition/definition.ts';

/** How long before the retry after `retried` earlier ones, in ms ("Retrying after an error"). `random` gives 0 to 1. */
export function retryDelay(retrier: Retrier, retried: number, random = Math.random): number {
  const { IntervalSeconds, BackoffRate, MaxDelaySeconds, JitterStrategy } = retrier;
  const seconds = Math.min(IntervalSeconds * BackoffRate ** retried, MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return Math.round(1000 * (JitterStrategy === 'FULL' ? seconds * random() : seconds));
}
