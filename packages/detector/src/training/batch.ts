import { augment } from '../augment/augmenter.ts';
import { type AugmentationSettings, MOSAIC_FREE_TAIL } from '../augment/settings.ts';
import type { DatasetReader } from '../dataset/dataset.ts';
import { permutation, randomStream } from '../random.ts';
import type { TrainingSettings } from './settings.ts';

/** Tensors of one batch, as the training graph takes them. */
export interface Batch {
  readonly images: Uint8Array;
  readonly truthBoxes: Float32Array;
  readonly truthClasses: Float32Array;
  readonly truthMask: Float32Array;
}

export interface BatchShape {
  readonly batch: number;
  readonly truthSlots: number;
  readonly classes: number;
  readonly imageSize: number;
}

/** Distinguishes the random streams of one seed. */
const streams = { order: 1, augmentation: 2 } as const;

export function createBatch({ batch, truthSlots, classes, imageSize }: BatchShape): Batch {
  return {
    images: new Uint8Array(batch * 3 * imageSize * imageSize),
    truthBoxes: new Float32Array(batch * truthSlots * 4),
    truthClasses: new Float32Array(batch * truthSlots * classes),
    truthMask: new Float32Array(batch * truthSlots),
  };
}

/** Fills batches. What a step shows depends on the seed and the step alone, so that a resumed run sees the same. */
export class BatchFiller {
  readonly #dataset: DatasetReader;
  readonly #settings: TrainingSettings;
  readonly #shape: BatchShape;
  readonly #worker: number;
  /** The images of a round, some of them more than once. */
  readonly #round: Uint32Array;
  readonly #orders = new Map<number, Uint32Array>();

  constructor(dataset: DatasetReader, settings: TrainingSettings, shape: BatchShape, worker: number) {
    this.#dataset = dataset;
    this.#settings = settings;
    this.#shape = shape;
    this.#worker = worker;
    this.#round = roundOf(dataset);
  }

  fill(batch: Batch, step: number): void {
    const { imageSize, truthSlots, classes } = this.#shape;
    const imageLength = 3 * imageSize * imageSize;
    const settings = this.#augmentationAt(step);
    batch.truthBoxes.fill(0);
    batch.truthClasses.fill(0);
    batch.truthMask.fill(0);
    for (let position = 0; position < this.#shape.batch; position++) {
      const draw = this.#draw(step, position);
      const pixels = batch.images.subarray(position * imageLength, (position + 1) * imageLength);
      const random = randomStream(this.#settings.seed, streams.augmentation, draw);
      const truths = augment(pixels, this.#dataset, this.#imageOf(draw), settings, random);
      for (const [slot, { x1, y1, x2, y2, classId }] of truths.slice(0, truthSlots).entries()) {
        const truth = position * truthSlots + slot;
        batch.truthBoxes.set([x1, y1, x2, y2], 4 * truth);
        batch.truthClasses[classes * truth + classId] = 1;
        batch.truthMask[truth] = 1;
      }
    }
  }

  /** Number of this image in the sequence of all images that a run draws. */
  #draw(step: number, position: number): number {
    const { workers, batchPerWorker } = this.#settings;
    return (step * workers + this.#worker) * batchPerWorker + position;
  }

  /** Every image of the round, in a new order each time. */
  #imageOf(draw: number): number {
    const { length } = this.#round;
    const epoch = Math.floor(draw / length);
    return this.#round[this.#order(epoch)[draw % length] ?? 0] ?? 0;
  }

  #order(epoch: number): Uint32Array {
    const known = this.#orders.get(epoch);
    if (known) return known;
    const order = permutation(this.#round.length, randomStream(this.#settings.seed, streams.order, epoch));
    for (const old of this.#orders.keys()) if (old < epoch - 1) this.#orders.delete(old);
    this.#orders.set(epoch, order);
    return order;
  }

  #augmentationAt(step: number): AugmentationSettings {
    const { augmentation, steps } = this.#settings;
    return step >= steps * (1 - MOSAIC_FREE_TAIL) ? { ...augmentation, mosaic: 0 } : augmentation;
  }
}

/**
 * Every image once; where fewer than half of them show an object, those are repeated until they are half. Else most
 * batches would hold next to nothing to find, and a network learns from them to find nothing.
 */
export function roundOf(dataset: Pick<DatasetReader, 'count' | 'truths'>): Uint32Array {
  const images = Array.from({ length: dataset.count }, (_, index) => index);
  const showing = images.filter((index) => dataset.truths(index).length > 0);
  const missing = Math.max(0, images.length - 2 * showing.length);
  const repeated =
    showing.length === 0 ? [] : Array.from({ length: missing }, (_, i) => showing[i % showing.length] ?? 0);
  return Uint32Array.from([...images, ...repeated]);
}
