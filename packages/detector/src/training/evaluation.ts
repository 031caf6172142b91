import {
  type CocoEvaluation,
  clipBox,
  type Detection,
  decodeYolo,
  evaluateDetections,
  nonMaximumSuppression,
  type Size,
} from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { DatasetReader, Truth } from '../dataset/dataset.ts';
import { CANDIDATES } from '../loss/task-aligned-assigner.ts';
import { sessionOptions } from './session-options.ts';

/**
 * Overlap from which on two detections of a class are one, and how many of them say where it is and how sure it is: as
 * many as the assignment teaches for each truth.
 */
export const SUPPRESSION = { iou: 0.5, votes: CANDIDATES } as const;
/** Average precision looks at the whole curve: nearly everything has to be kept. */
const MEASURED_CONFIDENCE = 0.001;
const MEASURED_DETECTIONS = 100;

export interface DetectionTask {
  /** An exported model. */
  readonly model: Uint8Array;
  /** Images `from` … `to` − 1. */
  readonly from: number;
  readonly to: number;
  /** Asked before each image; true ends it with what was found until then. */
  readonly isInterrupted?: () => boolean;
}

/**
 * What an exported model finds on some images of a dataset, in pixels of the square images, as an inspector does: what
 * reaches beyond its input is cut off after the suppression.
 *
 * @throws Error when the images need a larger input than the model has: it would see their middle only; or when the model's
 * is larger than the squares
 */
export async function detectOn(
  dataset: DatasetReader,
  { model, from, to, isInterrupted = () => false }: DetectionTask,
): Promise<Detection[][]> {
  const session = await InferenceSession.create(model, sessionOptions);
  const input = inputOf(session);
  if (dataset.input.width > input.width || dataset.input.height > input.height) {
    const [needed, given] = [dataset.input, input].map(({ width, height }) => `${width} × ${height}`);
    throw new Error(`the images need an input of ${needed}, the model's is ${given}`);
  }
  const [left, top] = [(dataset.imageSize - input.width) / 2, (dataset.imageSize - input.height) / 2];
  const values = new Float32Array(3 * input.height * input.width);
  const images = new Tensor('float32', values, [1, 3, input.height, input.width]);
  const found: Detection[][] = [];
  for (let index = from; index < to && !isInterrupted(); index++) {
    for (const [position, byte] of dataset.middle(index, input).entries()) values[position] = byte / 255;
    const { output0 } = await session.run({ images });
    if (!(output0?.data instanceof Float32Array)) throw new Error('the exported model did not answer with floats');
    const candidates = decodeYolo(output0.data, output0.dims, MEASURED_CONFIDENCE);
    found.push(
      nonMaximumSuppression(candidates, { ...SUPPRESSION, limit: MEASURED_DETECTIONS })
        .map((detection) => ({ ...detection, box: clipBox(detection.box, input.width, input.height) }))
        .filter(({ box }) => box.width > 0 && box.height > 0)
        .map(({ box, ...found }) => ({ ...found, box: { ...box, left: box.left + left, top: box.top + top } })),
    );
  }
  await session.release();
  return found;
}

function inputOf({ inputMetadata: [images] }: InferenceSession): Size {
  const [, , height, width] = images?.isTensor ? images.shape : [];
  if (typeof height !== 'number' || typeof width !== 'number')
    throw new Error('the model has no input of a fixed size');
  return { width, height };
}

/** Average precision of detections, one list an image, against a dataset's truths; what lies in a crowd doesn't count. */
export function measure(
  dataset: DatasetReader,
  detections: readonly (readonly Detection[])[],
  classes: number,
): CocoEvaluation {
  const images = detections.map((found, index) => ({ truths: truthsOf(dataset, index), detections: found }));
  return evaluateDetections(images, classes);
}

function truthsOf(dataset: DatasetReader, index: number) {
  const box = ({ x1, y1, x2, y2, classId }: Truth) => {
    return { left: x1, top: y1, width: x2 - x1, height: y2 - y1, classId };
  };
  const crowds = dataset.crowds(index).map((truth) => ({ ...box(truth), crowd: true }));
  return [...dataset.truths(index).map(box), ...crowds];
}
