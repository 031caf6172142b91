import type { StatisticsSlot } from './parameter-layout.ts';

/** What training produces: flat vectors in the order of a `ParameterLayout`. */
export interface TrainedWeights {
  readonly parameters: Float32Array;
  /** Per normalization: means, then second moments (not variances: only moments may be averaged over batches). */
  readonly statistics: Float64Array;
}

const SMALLEST_VARIANCE = 1e-8;

/** Mean and variance by which a trained normalization normalizes, one value a channel. */
export function populationStatistics({ statistics }: TrainedWeights, { offset, channels }: StatisticsSlot) {
  const mean = statistics.subarray(offset, offset + channels);
  const secondMoment = statistics.subarray(offset + channels, offset + 2 * channels);
  const variance = secondMoment.map((moment, channel) => {
    return Math.max(SMALLEST_VARIANCE, moment - (mean[channel] ?? 0) ** 2);
  });
  return { mean, variance };
}
