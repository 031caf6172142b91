import { type Bootstrapped, type BootstrapSettings, bootstrapAp50, seededRandom } from '@assay/vision';
import type { Measurement } from '../measurement.ts';

const RESAMPLES = 2000;

/**
 * Of fewer parts than this no resampling tells what other parts would have given: its intervals come out too narrow,
 * and those of a perfect score have no width at all.
 */
export const LEAST_GROUPS = 10;

/** The same figures give the same verdict, on every machine: the seed is fixed. */
export function resampling(): BootstrapSettings {
  return { resamples: RESAMPLES, random: seededRandom(1) };
}

export function ap50Of({ results, groups, precision }: Measurement, settings = resampling()): Bootstrapped {
  return bootstrapAp50({ results, groups, classCount: precision.classes.length }, settings);
}

export function groupCount({ groups }: Measurement): number {
  return new Set(groups).size;
}
