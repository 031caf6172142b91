import { nanoShape } from '../network/shape.ts';
import type { TrainingSettings } from './settings.ts';

/** A short run: about a minute at 192 pixels on two idle cores. */
export const defaultTrainingSettings: TrainingSettings = {
  seed: 1,
  steps: 1000,
  workers: 2,
  batchPerWorker: 4,
  validateEvery: 200,
  patience: 10,
  checkpointEvery: 200,
  shape: nanoShape,
  optimizer: {
    learningRate: 0.01,
    muonFactor: 1.25,
    weightDecay: 0.01,
    warmupSteps: 60,
    clipNorm: 10,
    averageDecay: 0.995,
  },
  augmentation: { flip: true, rotate: true, scale: 0.15, shift: 0.1, brightness: 0.12, contrast: 0.25, mosaic: 0 },
  lossWeights: { classes: 1.5, boxes: 7.5 },
};
