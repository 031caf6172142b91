import type { Range } from '../affine.ts';
import { QuantizationError } from '../errors.ts';
import type { OnnxModel } from '../onnx/model-file.ts';
import { loadNetwork } from '../onnx/network.ts';
import { Histogram } from './histogram.ts';
import { percentileRange } from './percentile.ts';

/** Of each four images one is kept aside, to measure on. */
const KEPT_ASIDE = 4;
const FEWEST_IMAGES = 8;

export interface Calibration {
  /** Of each value. */
  readonly ranges: ReadonlyMap<string, Range>;
  /** Number of values of one image. */
  readonly lengths: ReadonlyMap<string, number>;
  /** How many images the ranges are of. */
  readonly images: number;
  /** Images that the ranges know nothing of. */
  readonly aside: readonly Float32Array[];
}

/**
 * Runs the float model on images and notes which range each of some values takes.
 *
 * @param shareOf the share of a value's numbers that its range has to hold
 * @throws QuantizationError `calibration-unsuitable`
 */
export async function calibrate(
  model: OnnxModel,
  values: Iterable<string>,
  images: Iterable<Float32Array> | AsyncIterable<Float32Array>,
  shareOf: (value: string) => number,
): Promise<Calibration> {
  const histograms = new Map([...values].map((name) => [name, new Histogram()]));
  const lengths = new Map<string, number>();
  const aside: Float32Array[] = [];
  let count = 0;
  await using network = await loadNetwork(model, histograms.keys());
  for await (const image of images) {
    if (count++ % KEPT_ASIDE === KEPT_ASIDE - 1) {
      aside.push(image);
      continue;
    }
    const found = await network.run(image);
    for (const [name, histogram] of histograms) {
      const data = found.get(name)?.data ?? (name === network.input ? image : undefined);
      if (!data) throw new Error(`the network doesn't give ${name}`);
      if (!histogram.add(data)) throw notFinite(name, count);
      lengths.set(name, data.length);
    }
  }
  if (count < FEWEST_IMAGES) {
    throw new QuantizationError(
      'calibration-unsuitable',
      `There are ${count} calibration images; ${FEWEST_IMAGES} are the fewest, 128 are good. Hand in more images of the training split.`,
    );
  }
  const ranges = new Map([...histograms].map(([name, histogram]) => [name, percentileRange(histogram, shareOf(name))]));
  return { ranges, lengths, images: count - aside.length, aside };
}

function notFinite(name: string, image: number): QuantizationError {
  return new QuantizationError(
    'calibration-unsuitable',
    `Calibration image ${image} makes ${name} infinite or not a number. Hand in values from 0 to 1; if they are, train the model again.`,
  );
}
