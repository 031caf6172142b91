import { type Bootstrapped, type BootstrapSettings, bootstrapAp50 } from '@assay/vision';
import type { Measurement } from '../measurement.ts';

const RESAMPLES = 2000;

/**
 * Of fewer parts than this no resampling tells what other parts would have given: its intervals come out too narrow,
 * and those of a perfect score have no width at all.
 */
export const LEAST_GROUPS = 10;

/** The same figures give the same verdict, on every machine: the numbers are mulberry32's from a fixed seed. */
export function resampling(): BootstrapSettings {
  let state = 1;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { resamples: RESAMPLES, random };
}

export function ap50Of({ results, groups, precision }: Measurement, settings = resampling()): Bootstrapped {
  return bootstrapAp50({ results, groups, classCount: precision.classes.length }, settings);
}

export function groupCount({ groups }: Measurement): number {
  return new Set(groups).size;
}
