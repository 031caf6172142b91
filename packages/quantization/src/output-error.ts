import type { Values } from './onnx/network.ts';

/** Outputs by name. */
export type Outputs = ReadonlyMap<string, Values>;

const BOX_ROWS = 4;
/** What an image's scores are worth at least, squared and summed: one thing that is seen with a score of one half. */
const LEAST_SCORES = 0.25;

/**
 * How far a model's answers are from those of the float model, over some images: 0 is not at all, 1 is as far as no
 * answer would be. The parts of an output that have scales of their own are told apart, and the worst one counts: where
 * boxes (hundreds of pixels) and scores (below one) share an output, an error over all of it would never notice that
 * every score is gone.
 */
export class OutputError {
  readonly #parts = new Map<string, { error: number; whole: number }>();

  add(expected: Outputs, actual: Outputs): void {
    for (const [name, values] of expected) {
      const found = actual.get(name);
      if (!found || found.data.length !== values.data.length) {
        throw new Error(`the quantized model's output ${name} isn't of the float model's shape`);
      }
      if (isDetections(values)) {
        this.#addScores(name, values, found.data);
        this.#addBoxes(name, values, found.data);
      } else this.#count(name, squaredDistance(values.data, found.data, 0), sumOfSquares(values.data, 0));
    }
  }

  /** Root mean square error relative to the answers, or lost overlap, of the worst part. */
  get worst(): number {
    return Math.max(0, ...this.byPart.values());
  }

  /** `<output>`, or `<output> boxes` and `<output> scores`. */
  get byPart(): Map<string, number> {
    const relative = ([part, { error, whole }]: [string, { error: number; whole: number }]) =>
      [part, whole > 0 ? error / whole : error > 0 ? 1 : 0] as const;
    return new Map(
      [...this.#parts].map(relative).map(([part, ratio]) => [part, part.endsWith(' boxes') ? ratio : Math.sqrt(ratio)]),
    );
  }

  #addScores(name: string, { data, dims }: Values, found: Float32Array): void {
    const first = BOX_ROWS * (dims[2] ?? 0);
    const whole = Math.max(LEAST_SCORES, sumOfSquares(data, first));
    this.#count(`${name} scores`, squaredDistance(data, found, first), whole);
  }

  /** Each anchor's box counts as much as its best score: what the background's boxes are doesn't matter. */
  #addBoxes(name: string, { data, dims: [, rows = 0, anchors = 0] }: Values, found: Float32Array): void {
    let lost = 0;
    let weights = 0;
    for (let anchor = 0; anchor < anchors; anchor++) {
      let score = 0;
      for (let row = BOX_ROWS; row < rows; row++) score = Math.max(score, data[row * anchors + anchor]!);
      lost += score * (1 - overlap(data, found, anchor, anchors));
      weights += score;
    }
    this.#count(`${name} boxes`, lost, weights);
  }

  #count(part: string, error: number, whole: number): void {
    const sums = this.#parts.get(part) ?? { error: 0, whole: 0 };
    this.#parts.set(part, { error: sums.error + error, whole: sums.whole + whole });
  }
}

/** YOLOv8's export convention, [1, 4 + classes, anchors]: more anchors than rows, or it would be something else. */
function isDetections({ dims: [batch, rows = 0, anchors = 0, ...more] }: Values): boolean {
  return batch === 1 && rows > BOX_ROWS && anchors > rows && more.length === 0;
}

/** Intersection over union of an anchor's two boxes: centre, then size. */
function overlap(a: Float32Array, b: Float32Array, anchor: number, anchors: number): number {
  const shared = (centre: number, size: number) =>
    Math.max(
      0,
      Math.min(a[centre]! + a[size]! / 2, b[centre]! + b[size]! / 2) -
        Math.max(a[centre]! - a[size]! / 2, b[centre]! - b[size]! / 2),
    );
  const [x, y, width, height] = [anchor, anchor + anchors, anchor + 2 * anchors, anchor + 3 * anchors];
  const both = shared(x, width) * shared(y, height);
  const either = a[width]! * a[height]! + b[width]! * b[height]! - both;
  return either > 0 ? both / either : 0;
}

function squaredDistance(a: Float32Array, b: Float32Array, first: number): number {
  let sum = 0;
  for (let i = first; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

function sumOfSquares(values: Float32Array, first: number): number {
  let sum = 0;
  for (let i = first; i < values.length; i++) sum += values[i]! ** 2;
  return sum;
}
