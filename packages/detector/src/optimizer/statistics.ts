import type { StatisticsSlot } from '../network/parameter-layout.ts';

/** Normalization statistics in training: per slot, means, then second moments. */
export interface StatisticsVectors {
  readonly running: Float64Array;
  /** The running values, averaged with the weights' decay: the statistics that belong to the averaged weights. */
  readonly average: Float64Array;
}

const RUNNING_DECAY = 0.97;

/**
 * Pools the workers' batch statistics (means, then variances) into the running ones. Variances of different batches
 * can't be averaged, because their means differ; second moments can. The variance is taken at export.
 */
export function poolStatistics(
  vectors: StatisticsVectors,
  slots: readonly StatisticsSlot[],
  batches: readonly Float32Array[],
  step: number,
  averageDecay: number,
): void {
  for (const { offset, channels } of slots) {
    for (let mean = offset; mean < offset + channels; mean++) {
      let meanSum = 0;
      let momentSum = 0;
      for (const batch of batches) {
        meanSum += batch[mean]!;
        momentSum += batch[mean + channels]! + batch[mean]! ** 2;
      }
      follow(vectors, mean, meanSum / batches.length, step, averageDecay);
      follow(vectors, mean + channels, momentSum / batches.length, step, averageDecay);
    }
  }
}

function follow({ running, average }: StatisticsVectors, i: number, value: number, step: number, decay: number): void {
  const runningDecay = Math.min(RUNNING_DECAY, 1 - 1 / (step + 1));
  const next = runningDecay * running[i]! + (1 - runningDecay) * value;
  running[i] = next;
  average[i] = step === 0 ? next : decay * average[i]! + (1 - decay) * next;
}
