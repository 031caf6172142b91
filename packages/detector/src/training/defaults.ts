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
  augmentation: { flip: true, rotate: 0.5, scale: 0.15, shift: 0.1, brightness: 0.12, contrast: 0.25, mosaic: 0 },
  lossWeights: { classes: 1.5, boxes: 7.5 },
};

/** A run of this many steps sees every image so often that it would learn them by heart. */
const LONG_RUN_STEPS = 3000;

/** What a run of so many steps begins with: long ones get more variety, mosaics among it, and a slower average. */
export function settingsForSteps(steps: number): TrainingSettings {
  if (steps < LONG_RUN_STEPS) return { ...defaultTrainingSettings, steps };
  return {
    ...defaultTrainingSettings,
    steps,
    optimizer: { ...defaultTrainingSettings.optimizer, averageDecay: 0.998 },
    augmentation: { ...defaultTrainingSettings.augmentation, scale: 0.25, mosaic: 0.5 },
  };
}
