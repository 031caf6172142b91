import { createHash } from 'node:crypto';

/** A ground truth: the box's sides in pixels of the square image, and its class id. */
export interface Truth {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly classId: number;
}

export interface Sample {
  /** Name of the image, for messages. */
  readonly name: string;
  /** RGB planes [3, S, S]. */
  readonly pixels: Uint8Array;
  readonly truths: readonly Truth[];
}

/** Images and truths in shared memory: workers read them without a copy. */
export interface Dataset {
  readonly names: readonly string[];
  /** Side of the square images in pixels. */
  readonly imageSize: number;
  readonly count: number;
  /** uint8 [count, 3, S, S]. */
  readonly images: SharedArrayBuffer;
  /** float32 [truths, 5]: x1, y1, x2, y2, class id. */
  readonly truths: SharedArrayBuffer;
  /** uint32 [count + 1]: where each image's truths begin. */
  readonly truthOffsets: SharedArrayBuffer;
}

export const TRUTH_LENGTH = 5;

/** @throws when a sample's pixels don't fit the image size */
export function createDataset(names: readonly string[], imageSize: number, samples: readonly Sample[]): Dataset {
  const imageLength = 3 * imageSize * imageSize;
  const truthCount = samples.reduce((total, { truths }) => total + truths.length, 0);
  const dataset: Dataset = {
    names,
    imageSize,
    count: samples.length,
    images: new SharedArrayBuffer(samples.length * imageLength),
    truths: new SharedArrayBuffer(4 * TRUTH_LENGTH * truthCount),
    truthOffsets: new SharedArrayBuffer(4 * (samples.length + 1)),
  };
  const images = new Uint8Array(dataset.images);
  const truths = new Float32Array(dataset.truths);
  const offsets = new Uint32Array(dataset.truthOffsets);
  let written = 0;
  for (const [index, sample] of samples.entries()) {
    if (sample.pixels.length !== imageLength) {
      throw new Error(`${sample.name} has ${sample.pixels.length} bytes; 3 × ${imageSize} × ${imageSize} are needed`);
    }
    images.set(sample.pixels, index * imageLength);
    for (const { x1, y1, x2, y2, classId } of sample.truths) {
      truths.set([x1, y1, x2, y2, classId], TRUTH_LENGTH * written);
      written += 1;
    }
    offsets[index + 1] = written;
  }
  return dataset;
}

/** Reads a dataset's shared memory. */
export class DatasetReader {
  readonly imageSize: number;
  readonly count: number;
  readonly #images: Uint8Array;
  readonly #truths: Float32Array;
  readonly #offsets: Uint32Array;

  constructor(dataset: Dataset) {
    this.imageSize = dataset.imageSize;
    this.count = dataset.count;
    this.#images = new Uint8Array(dataset.images);
    this.#truths = new Float32Array(dataset.truths);
    this.#offsets = new Uint32Array(dataset.truthOffsets);
  }

  /** RGB planes of one image [3, S, S], not a copy. */
  pixels(index: number): Uint8Array {
    const length = 3 * this.imageSize * this.imageSize;
    return this.#images.subarray(index * length, (index + 1) * length);
  }

  truths(index: number): Truth[] {
    const truths: Truth[] = [];
    const last = this.#offsets[index + 1] ?? 0;
    for (let i = this.#offsets[index] ?? 0; i < last; i++) {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, classId = 0] = this.#truths.subarray(TRUTH_LENGTH * i);
      truths.push({ x1, y1, x2, y2, classId });
    }
    return truths;
  }

  /** How many truths each image has. */
  get truthCounts(): Uint32Array {
    return this.#offsets.slice(1).map((end, i) => end - (this.#offsets[i] ?? 0));
  }
}

/** sha256 over names, pixels and truths: two datasets with the same digest train the same model. */
export function datasetDigest(dataset: Dataset): string {
  const hash = createHash('sha256').update(JSON.stringify([dataset.names, dataset.imageSize]));
  for (const buffer of [dataset.images, dataset.truths, dataset.truthOffsets]) hash.update(new Uint8Array(buffer));
  return hash.digest('hex');
}
