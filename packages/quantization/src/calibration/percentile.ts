import type { Range } from '../affine.ts';
import type { Histogram } from './histogram.ts';

/**
 * The range that a share of the values lies in, half of the others beyond either end: the few largest activations would
 * make every step coarser for all.
 *
 * @param share from 0 to 1; 1 is the whole range
 */
export function percentileRange(histogram: Histogram, share: number): Range {
  const { counts, width, count } = histogram;
  const beyond = ((1 - share) / 2) * count;
  const half = counts.length / 2;
  let first = 0;
  for (let below = counts[0]!; below <= beyond && first < half; below += counts[first]!) first++;
  let last = counts.length - 1;
  for (let above = counts[last]!; above <= beyond && last >= half; above += counts[last]!) last--;
  return {
    lowest: Math.max(histogram.lowest, (first - half) * width),
    highest: Math.min(histogram.highest, (last + 1 - half) * width),
  };
}
