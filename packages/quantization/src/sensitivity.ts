import type { Range } from './affine.ts';
import { QuantizationError } from './errors.ts';
import type { OnnxModel } from './onnx/model-file.ts';
import { loadNetwork } from './onnx/network.ts';
import { OutputError, type Outputs } from './output-error.ts';
import { withQuantization } from './qdq.ts';

/** How far the answers are from the float model's when the layers of these names are quantized. */
export type ErrorMeter = (layers: readonly string[]) => Promise<OutputError>;

/** @param images that the ranges know nothing of */
export async function errorMeter(
  model: OnnxModel,
  ranges: ReadonlyMap<string, Range>,
  images: readonly Float32Array[],
): Promise<ErrorMeter> {
  const answers: Outputs[] = [];
  await using float = await loadNetwork(model);
  for (const image of images) answers.push(await float.run(image));
  return async (layers) => {
    await using network = await loadNetwork(withQuantization(model, new Set(layers), ranges));
    const error = new OutputError();
    for (const [position, image] of images.entries()) {
      error.add(answers[position] ?? new Map(), await network.run(image));
    }
    return error;
  };
}

export interface Choice {
  /** Names of the layers to quantize. */
  readonly quantized: readonly string[];
  readonly error: OutputError;
  /** Of each layer: the error when nothing else is quantized. */
  readonly alone: ReadonlyMap<string, number>;
}

/**
 * Leaves as few layers in float as keep the error within a tolerance, those first that do most harm on their own.
 *
 * @param rank measures each layer alone: on fewer images than `measure`, as it is asked for every layer
 * @throws QuantizationError `too-sensitive` when that leaves none to quantize
 */
export async function chooseLayers(
  layers: readonly string[],
  { measure, rank }: { readonly measure: ErrorMeter; readonly rank: ErrorMeter },
  tolerance: number,
): Promise<Choice> {
  const alone = new Map<string, number>();
  for (const layer of layers) alone.set(layer, (await rank([layer])).worst);
  const byHarm = layers.toSorted((a, b) => (alone.get(b) ?? 0) - (alone.get(a) ?? 0));
  const without = async (count: number): Promise<Choice> => {
    const quantized = layers.filter((layer) => byHarm.indexOf(layer) >= count);
    return { quantized, error: await measure(quantized), alone };
  };

  const all = await without(0);
  if (all.error.worst <= tolerance) return all;
  // With fewer layers quantized the error falls, but for noise: the least count is found by halving.
  let tooFew = 0;
  let enough: Choice | undefined;
  for (let enoughCount = layers.length; enoughCount - tooFew > 1; ) {
    const count = Math.floor((tooFew + enoughCount) / 2);
    const choice = await without(count);
    if (choice.error.worst <= tolerance) [enough, enoughCount] = [choice, count];
    else tooFew = count;
  }
  if (enough) return enough;
  const parts = [...all.error.byPart].map(([part, error]) => `${part} ${error.toPrecision(2)}`).join(', ');
  throw new QuantizationError(
    'too-sensitive',
    `Whatever layers are left in float, the answers are further than ${tolerance} from the float model's; with all ` +
      `quantized: ${parts}. Use the float model, or hand in calibration images that show what the line shows.`,
  );
}
