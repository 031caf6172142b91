import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Dataset, DatasetReader } from '../dataset/dataset.ts';
import { buildReferenceForward } from '../network/reference-forward.ts';
import { sessionOptions } from '../training/session-options.ts';
import type { TrainingOutcome } from '../training/train.ts';

/** Images and anchors that are enough to tell a broken export from rounding. */
const IMAGES = 32;
const ANSWERS = 100;
/** Digits that tell any two float32 apart. */
const FLOAT_DIGITS = 9;

/** Images to answer on, and their ids in the dataset's order. */
export interface ReferenceImages {
  readonly dataset: Dataset;
  readonly imageIds: readonly string[];
}

/** The trainer's own answers on some validation images: what every export of the model has to repeat. */
export interface Reference {
  readonly images: readonly {
    readonly imageId: string;
    /** The network's input as bytes [3, H, W]. */
    readonly planes: Uint8Array;
    /** Anchor, centre x, centre y, width, height, score of each class; the best anchors first. */
    readonly answers: readonly (readonly number[])[];
  }[];
}

/** Runs the network as it was trained, nothing folded, on the first validation images in the order of their ids. */
export async function referenceOf(
  network: TrainingOutcome['network'],
  validation: ReferenceImages,
): Promise<Reference> {
  const reader = new DatasetReader(validation.dataset);
  const first = [...validation.imageIds.entries()]
    .toSorted(([, a], [, b]) => (a < b ? -1 : 1))
    .slice(0, IMAGES)
    .map(([index, imageId]) => ({ imageId, planes: reader.middle(index, network.shape.input) }));
  const forward = buildReferenceForward(network.shape, network.weights);
  // Optimizations off: the runtime would fold the normalization, which is what this is to be independent of.
  const session = await InferenceSession.create(forward, { ...sessionOptions, graphOptimizationLevel: 'disabled' });
  const { width, height } = network.shape.input;
  const images: Reference['images'][number][] = [];
  for (const image of first) {
    const { output0 } = await session.run({
      images: new Tensor('uint8', image.planes, [1, 3, height, width]),
    });
    if (!(output0?.data instanceof Float32Array)) throw new Error('the reference network did not answer with floats');
    images.push({ ...image, answers: bestAnswers(output0.data, network.shape.classes) });
  }
  await session.release();
  return { images };
}

/** @param rows `output0` [4 + classes, A] */
function bestAnswers(rows: Float32Array, classes: number): number[][] {
  const anchors = rows.length / (4 + classes);
  const answers = Array.from({ length: anchors }, (_, anchor) =>
    Array.from({ length: 4 + classes }, (_, row) => rows[row * anchors + anchor] ?? 0),
  );
  const best = answers.map((answer) => Math.max(...answer.slice(4)));
  return [...answers.keys()]
    .toSorted((a, b) => (best[b] ?? 0) - (best[a] ?? 0) || a - b)
    .slice(0, ANSWERS)
    .map((anchor) => [anchor, ...(answers[anchor] ?? []).map((value) => Number(value.toPrecision(FLOAT_DIGITS)))]);
}
