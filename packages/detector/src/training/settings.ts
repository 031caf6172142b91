import type { AugmentationSettings } from '../augment/settings.ts';
import type { LossWeights } from '../loss/detection-loss.ts';
import type { NetworkShape } from '../network/shape.ts';
import type { OptimizerSettings } from '../optimizer/schedule.ts';

/**
 * Everything that decides what a run learns. The same settings, data and worker count give the same model, bit for bit.
 */
export interface TrainingSettings {
  readonly seed: number;
  /** Steps to take in all. */
  readonly steps: number;
  /** Worker threads; each computes one part of every batch. Part of the result: keep it fixed. */
  readonly workers: number;
  /** Images in each worker's part of a batch. */
  readonly batchPerWorker: number;
  /** Steps between measurements on the validation images; the best model is the one that is kept. */
  readonly validateEvery: number;
  /** Measurements in a row without a better average precision after which the run ends early. */
  readonly patience: number;
  /** Steps between checkpoints. */
  readonly checkpointEvery: number;
  readonly shape: Omit<NetworkShape, 'classes' | 'input'>;
  readonly optimizer: OptimizerSettings;
  readonly augmentation: AugmentationSettings;
  readonly lossWeights: LossWeights;
}
