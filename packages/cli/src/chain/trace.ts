import type { DeviceOutcome } from '@assay/events';
import { type ChainState, type ImageState, type ModelState, type RolloutState, unnamedDevices } from './chain-state.ts';

export interface TracedModel {
  model: ModelState;
  rollouts: RolloutState[];
  /** The devices that run it; of a long line the first. */
  devices: DeviceOutcome[];
  /** How many more run it. */
  unnamedDevices: number;
}

export interface ImageTrace {
  image: ImageState;
  /** Every model in whose snapshot the image is, with the split it was in. */
  models: (TracedModel & { split: string })[];
}

/** The images of a model's snapshot, with the split each was in: image id → split. */
export type ReadSnapshot = (uri: string) => Promise<ReadonlyMap<string, string>>;

/** From an image to every model trained on it, and every device that runs one. */
export async function traceImage(
  chain: ChainState,
  image: ImageState,
  readSnapshot: ReadSnapshot,
): Promise<ImageTrace> {
  const models: ImageTrace['models'] = [];
  for (const model of chain.models.values()) {
    const split = model.snapshotUri ? (await readSnapshot(model.snapshotUri)).get(image.imageId) : undefined;
    if (split) models.push({ ...traceRollouts(chain, model), split });
  }
  return { image, models };
}

export interface ModelTrace extends TracedModel {
  images: { imageId: string; split: string; image: ImageState | undefined }[];
}

/** From a model back to its images, and forward to its devices. */
export async function traceModel(
  chain: ChainState,
  model: ModelState,
  readSnapshot: ReadSnapshot,
): Promise<ModelTrace> {
  const snapshot = model.snapshotUri ? await readSnapshot(model.snapshotUri) : new Map<string, string>();
  const images = [...snapshot].map(([imageId, split]) => ({ imageId, split, image: chain.images.get(imageId) }));
  return { ...traceRollouts(chain, model), images };
}

function traceRollouts(chain: ChainState, model: ModelState): TracedModel {
  const rollouts = [...chain.rollouts.values()].filter((rollout) => rollout.modelPackageArn === model.modelPackageArn);
  const completed = rollouts.filter(({ stage }) => stage === 'completed');
  return {
    model,
    rollouts,
    devices: completed.flatMap(({ devices }) => devices),
    unnamedDevices: completed.reduce((sum, rollout) => sum + unnamedDevices(rollout), 0),
  };
}

/** Images by id, the beginning of one (8 characters or more), URI or key. */
export function findImages(chain: ChainState, query: string): ImageState[] {
  const exact = chain.images.get(query);
  if (exact) return [exact];
  return [...chain.images.values()].filter(
    ({ imageId, uri }) =>
      (query.length >= 8 && imageId.startsWith(query)) ||
      uri === query ||
      uri.endsWith(`/${query.replace(/^\/+/, '')}`),
  );
}

/** A model by its package's ARN or version number. */
export function findModel(chain: ChainState, query: string): ModelState | undefined {
  return (
    chain.models.get(query) ??
    [...chain.models.values()].find(({ modelPackageArn }) => modelPackageArn.endsWith(`/${query}`))
  );
}
