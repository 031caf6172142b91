import { createHash } from 'node:crypto';
import { inputFor, type Size, square } from '@assay/vision';
import { strides } from '../network/shape.ts';

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
  /** RGB planes [3, S, S]: the image in the middle of a square. */
  readonly pixels: Uint8Array;
  /** Of the image as it was photographed, in pixels; a square when absent. */
  readonly photographed?: Size;
  readonly truths: readonly Truth[];
  /** Regions of many objects that nobody marked one by one. */
  readonly crowds?: readonly Truth[];
}

/** Images and truths in shared memory: workers read them without a copy. */
export interface Dataset {
  readonly names: readonly string[];
  /** Side of the square images in pixels. */
  readonly imageSize: number;
  /** The smallest input of a network, in the middle of the squares, that shows all of every image. */
  readonly input: Size;
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
const COARSEST = Math.max(...strides);

/** @throws when a sample's pixels don't fit the image size */
export function createDataset(names: readonly string[], imageSize: number, samples: readonly Sample[]): Dataset {
  const imageLength = 3 * imageSize * imageSize;
  const truths = pack(samples.map((sample) => sample.truths));
  const crowds = pack(samples.map((sample) => sample.crowds ?? []));
  const dataset: Dataset = {
    names,
    imageSize,
    input: inputFor(
      samples.map(({ photographed }) => photographed ?? square(imageSize)),
      imageSize,
      COARSEST,
    ),
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

/** The smallest input that shows all images of both; a set without any needs none. */
export function commonInput(...datasets: readonly Dataset[]): Size {
  const filled = datasets.filter(({ count }) => count > 0);
  const needed = (filled.length > 0 ? filled : datasets).map(({ input }) => input);
  return {
    width: Math.max(...needed.map(({ width }) => width)),
    height: Math.max(...needed.map(({ height }) => height)),
  };
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
  readonly input: Size;
  readonly count: number;
  readonly #images: Uint8Array;
  readonly #truths: Float32Array;
  readonly #offsets: Uint32Array;
  readonly #crowds: Float32Array;
  readonly #crowdOffsets: Uint32Array;

  constructor(dataset: Dataset) {
    this.imageSize = dataset.imageSize;
    this.input = dataset.input;
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

  /**
   * What an input shows of one image: RGB planes [3, height, width] of the square's middle.
   *
   * @throws RangeError when the input is larger than the square
   */
  middle(index: number, { width, height }: Size): Uint8Array {
    const side = this.imageSize;
    if (width > side || height > side) {
      throw new RangeError(`an input of ${width} × ${height} shows more than the square images of ${side} × ${side}`);
    }
    const [left, top] = [(side - width) / 2, (side - height) / 2];
    const pixels = this.pixels(index);
    const planes = new Uint8Array(3 * height * width);
    for (let plane = 0; plane < 3; plane++)
      for (let row = 0; row < height; row++) {
        const from = (plane * side + top + row) * side + left;
        planes.set(pixels.subarray(from, from + width), (plane * height + row) * width);
      }
    return planes;
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
  const hash = createHash('sha256').update(JSON.stringify([dataset.names, dataset.imageSize, dataset.input]));
  const { images, truths, truthOffsets, crowds, crowdOffsets } = dataset;
  for (const buffer of [images, truths, truthOffsets, crowds, crowdOffsets]) hash.update(new Uint8Array(buffer));
  return hash.digest('hex');
}
