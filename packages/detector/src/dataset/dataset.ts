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
  /** Regions of many objects that nobody marked one by one. */
  readonly crowds?: readonly Truth[];
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
  /** As the truths. Nothing is learnt from them, and what is found in them is neither right nor wrong. */
  readonly crowds: SharedArrayBuffer;
  readonly crowdOffsets: SharedArrayBuffer;
}

export const TRUTH_LENGTH = 5;

/** @throws when a sample's pixels don't fit the image size */
export function createDataset(names: readonly string[], imageSize: number, samples: readonly Sample[]): Dataset {
  const imageLength = 3 * imageSize * imageSize;
  const truths = pack(samples.map((sample) => sample.truths));
  const crowds = pack(samples.map((sample) => sample.crowds ?? []));
  const dataset: Dataset = {
    names,
    imageSize,
    count: samples.length,
    images: new SharedArrayBuffer(samples.length * imageLength),
    truths: truths.boxes,
    truthOffsets: truths.offsets,
    crowds: crowds.boxes,
    crowdOffsets: crowds.offsets,
  };
  const images = new Uint8Array(dataset.images);
  for (const [index, sample] of samples.entries()) {
    if (sample.pixels.length !== imageLength) {
      throw new Error(`${sample.name} has ${sample.pixels.length} bytes; 3 × ${imageSize} × ${imageSize} are needed`);
    }
    images.set(sample.pixels, index * imageLength);
  }
  return dataset;
}

function pack(lists: readonly (readonly Truth[])[]) {
  const count = lists.reduce((total, { length }) => total + length, 0);
  const boxes = new SharedArrayBuffer(4 * TRUTH_LENGTH * count);
  const offsets = new SharedArrayBuffer(4 * (lists.length + 1));
  const [numbers, ends] = [new Float32Array(boxes), new Uint32Array(offsets)];
  let written = 0;
  for (const [index, list] of lists.entries()) {
    for (const { x1, y1, x2, y2, classId } of list) {
      numbers.set([x1, y1, x2, y2, classId], TRUTH_LENGTH * written);
      written += 1;
    }
    ends[index + 1] = written;
  }
  return { boxes, offsets };
}

/** Reads a dataset's shared memory. */
export class DatasetReader {
  readonly imageSize: number;
  readonly count: number;
  readonly #images: Uint8Array;
  readonly #truths: Float32Array;
  readonly #offsets: Uint32Array;
  readonly #crowds: Float32Array;
  readonly #crowdOffsets: Uint32Array;

  constructor(dataset: Dataset) {
    this.imageSize = dataset.imageSize;
    this.count = dataset.count;
    this.#images = new Uint8Array(dataset.images);
    this.#truths = new Float32Array(dataset.truths);
    this.#offsets = new Uint32Array(dataset.truthOffsets);
    this.#crowds = new Float32Array(dataset.crowds);
    this.#crowdOffsets = new Uint32Array(dataset.crowdOffsets);
  }

  /** RGB planes of one image [3, S, S], not a copy. */
  pixels(index: number): Uint8Array {
    const length = 3 * this.imageSize * this.imageSize;
    return this.#images.subarray(index * length, (index + 1) * length);
  }

  truths(index: number): Truth[] {
    return unpack(this.#truths, this.#offsets, index);
  }

  crowds(index: number): Truth[] {
    return unpack(this.#crowds, this.#crowdOffsets, index);
  }

  /** How many truths each image has. */
  get truthCounts(): Uint32Array {
    return this.#offsets.slice(1).map((end, i) => end - (this.#offsets[i] ?? 0));
  }
}

function unpack(boxes: Float32Array, offsets: Uint32Array, index: number): Truth[] {
  const truths: Truth[] = [];
  const last = offsets[index + 1] ?? 0;
  for (let i = offsets[index] ?? 0; i < last; i++) {
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0, classId = 0] = boxes.subarray(TRUTH_LENGTH * i);
    truths.push({ x1, y1, x2, y2, classId });
  }
  return truths;
}

/** sha256 over names, pixels, truths and crowds: two datasets with the same digest train the same model. */
export function datasetDigest(dataset: Dataset): string {
  const hash = createHash('sha256').update(JSON.stringify([dataset.names, dataset.imageSize]));
  const { images, truths, truthOffsets, crowds, crowdOffsets } = dataset;
  for (const buffer of [images, truths, truthOffsets, crowds, crowdOffsets]) hash.update(new Uint8Array(buffer));
  return hash.digest('hex');
}
