import { parseHyperparameters, settingsOf, type TrainingSettings } from '@assay/detector';

/** Hyperparameters as a training job and `assay train` take them; chosen on a data set's validation images only. */
export type Recipe = Readonly<Record<string, string>>;

/**
 * Chosen on images 193 to 240 of each class, which are of other sheets than those before: on some, scratches run the
 * other way, so that a fifth of the images is turned.
 */
export const neuDetRecipe: Recipe = {
  steps: '5600',
  batchSize: '16',
  imageSize: '192',
  size: 'medium',
  rotate: '0.2',
  mirrors: 'true',
};

export const metalTagsRecipe: Recipe = { steps: '2000', imageSize: '256' };

/** Chosen by the overkill on validation images where 2, 5 and 10 % of the defective ones pass. */
export const magneticTileRecipe: Recipe = { steps: '3000', imageSize: '256' };

/** A first training's steps on each set, to compare backbones. */
export const backboneRecipes: Readonly<Record<string, Recipe>> = {
  'neu-det': { steps: '1000', imageSize: '192', rotate: '0' },
  'metal-tags': { steps: '1000', imageSize: '224' },
  'magnetic-tile': { steps: '1000', imageSize: '256' },
};

/** Only shows that a benchmark runs. */
const shortRecipe: Recipe = { steps: '20', batchSize: '4', imageSize: '64' };

/** The recipe as a benchmark is asked to run it. */
export function recipeFor(recipe: Recipe, { short, seed }: { short: boolean; seed: number }) {
  const hyperparameters = parseHyperparameters({ ...recipe, ...(short && shortRecipe), seed: String(seed) });
  // How many images there are matters to epochs only.
  const settings: TrainingSettings = settingsOf(hyperparameters, Number.NaN);
  return { imageSize: hyperparameters.imageSize, settings };
}
