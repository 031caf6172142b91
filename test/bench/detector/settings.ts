import { defaultTrainingSettings, type TrainingSettings } from '@assay/detector';

/** What was chosen for a data set, on its validation images only. */
export interface Recipe {
  readonly imageSize: number;
  readonly settings: TrainingSettings;
}

/** Steps that only show that a benchmark runs. */
const SHORT_STEPS = 20;
const SHORT_SIDE = 64;

/** Steel strip has a direction: it is not turned. */
export const neuDetRecipe: Recipe = {
  imageSize: 192,
  settings: {
    ...defaultTrainingSettings,
    steps: 24_000,
    batchPerWorker: 8,
    validateEvery: 800,
    checkpointEvery: 24_000,
    shape: { ...defaultTrainingSettings.shape, widths: [12, 24, 48, 80, 112], headWidth: 64 },
    optimizer: { ...defaultTrainingSettings.optimizer, averageDecay: 0.998 },
    augmentation: { ...defaultTrainingSettings.augmentation, rotate: false, scale: 0.25, mosaic: 0.5 },
  },
};

export const metalTagsRecipe: Recipe = {
  imageSize: 320,
  settings: {
    ...defaultTrainingSettings,
    steps: 3000,
    validateEvery: 300,
    checkpointEvery: 3000,
    optimizer: { ...defaultTrainingSettings.optimizer, averageDecay: 0.998 },
    augmentation: { ...defaultTrainingSettings.augmentation, scale: 0.25, mosaic: 0.5 },
  },
};

export const magneticTileRecipe: Recipe = {
  imageSize: 256,
  settings: {
    ...defaultTrainingSettings,
    steps: 8000,
    validateEvery: 400,
    checkpointEvery: 8000,
    optimizer: { ...defaultTrainingSettings.optimizer, averageDecay: 0.998 },
    augmentation: { ...defaultTrainingSettings.augmentation, scale: 0.25, mosaic: 0.5 },
  },
};

/** The recipe as a benchmark is asked to run it. */
export function recipeFor({ imageSize, settings }: Recipe, { short, seed }: { short: boolean; seed: number }): Recipe {
  if (!short) return { imageSize, settings: { ...settings, seed } };
  const few = { steps: SHORT_STEPS, validateEvery: SHORT_STEPS, checkpointEvery: SHORT_STEPS, batchPerWorker: 2 };
  return { imageSize: SHORT_SIDE, settings: { ...settings, ...few, seed, shape: defaultTrainingSettings.shape } };
}
