import type { Retrier } from '../definition/definition.ts';

/** How long before the retry after `retried` earlier ones, in ms ("Retrying after an error"). */
export function retryDelay(retrier: Retrier, retried: number): number {
  const { IntervalSeconds, BackoffRate, MaxDelaySeconds, JitterStrategy } = retrier;
  const seconds = Math.min(IntervalSeconds * BackoffRate ** retried, MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return Math.round(1000 * (JitterStrategy === 'FULL' ? seconds * Math.random() : seconds));
}
