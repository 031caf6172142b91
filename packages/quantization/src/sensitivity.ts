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

interface Measures {
  readonly measure: ErrorMeter;
  /** Measures each layer alone: on fewer images than `measure`, as it is asked for every layer. */
  readonly rank: ErrorMeter;
  /** What there is to gain by a layer. */
  readonly workOf: (layer: string) => number;
}

export interface Choice {
  /** Names of the layers to quantize. */
  readonly quantized: readonly string[];
  readonly error: OutputError;
  /** Of each layer: the error when nothing else is quantized. */
  readonly alone: ReadonlyMap<string, number>;
}

interface Enough {
  readonly choice: Choice;
  /** Names of the layers that it leaves in float. */
  readonly left: readonly string[];
}

/**
 * Leaves as few layers in float as keep the error within a tolerance: those first that do most harm on their own, of which
 * those come back, the most work first, that do little beside the others.
 *
 * @throws QuantizationError `too-sensitive` when that leaves none to quantize
 */
export async function chooseLayers(
  layers: readonly string[],
  { measure, rank, workOf }: Measures,
  tolerance: number,
): Promise<Choice> {
  const alone = new Map<string, number>();
  for (const layer of layers) alone.set(layer, (await rank([layer])).worst);
  const byHarm = layers.toSorted((a, b) => (alone.get(b) ?? 0) - (alone.get(a) ?? 0));
  const butFor = async (left: readonly string[]): Promise<Choice> => {
    const quantized = layers.filter((layer) => !left.includes(layer));
    return { quantized, error: await measure(quantized), alone };
  };

  const all = await butFor([]);
  const keeps = (choice: Choice) => choice.error.worst <= tolerance;
  if (keeps(all)) return all;
  // With fewer layers quantized the error falls, but for noise: the least count is found by halving.
  let tooFew = 0;
  let enough: Enough | undefined;
  for (let enoughCount = layers.length; enoughCount - tooFew > 1; ) {
    const count = Math.floor((tooFew + enoughCount) / 2);
    const left = byHarm.slice(0, count);
    const choice = await butFor(left);
    if (keeps(choice)) [enough, enoughCount] = [{ choice, left }, count];
    else tooFew = count;
  }
  if (!enough) throw tooSensitive(all, tolerance);
  // Alone a layer answers for the rounding of its input and output, too, which its neighbours may do in any case.
  for (const layer of enough.left.toSorted((a, b) => workOf(b) - workOf(a))) {
    const left: readonly string[] = enough.left.filter((other) => other !== layer);
    const choice = await butFor(left);
    if (keeps(choice)) enough = { choice, left };
  }
  return enough.choice;
}

function tooSensitive({ error }: Choice, tolerance: number): QuantizationError {
  const parts = [...error.byPart].map(([part, value]) => `${part} ${value.toPrecision(2)}`).join(', ');
  return new QuantizationError(
    'too-sensitive',
    `Whatever layers are left in float, the answers are further than ${tolerance} from the float model's; with all ` +
      `quantized: ${parts}. Use the float model, or hand in calibration images that show what the line shows.`,
  );
}
