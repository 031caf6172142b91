import { calibrate } from './calibration/calibrate.ts';
import { gatedRange } from './calibration/gated-range.ts';
import { QuantizationError } from './errors.ts';
import { type Layer, layersOf, multiplicationsOf } from './layers.ts';
import { attribute, indexGraph } from './onnx/graph-index.ts';
import { readModel, writeModel } from './onnx/model-file.ts';
import { dimsOf } from './onnx/tensors.ts';
import { withQuantization } from './qdq.ts';
import { endsOf, regionOf } from './region.ts';
import { layerReport, type QuantizationReport } from './report.ts';
import { chooseLayers, errorMeter } from './sensitivity.ts';

/**
 * Share of the values of a tensor that its range has to hold. Where boxes and scores are made of them it has to hold all:
 * the few scores that are high are what the network is for, and where defects are rare they are fewer than the rest of this.
 */
const CALIBRATED_SHARE = 0.9999;
const DEFAULT_TOLERANCE = 0.1;
/** Images on which each layer is tried alone. */
const RANKED_ON = 8;
/**
 * Integer kernels work on several channels at a time, in and out. The first layer has three; with integers it would make
 * a network slower, and cost it most. YOLOv8's mean over a box's bins is a layer of one channel.
 */
const FEWEST_CHANNELS = 4;

export interface QuantizationOptions {
  /** How far the answers may be from the float model's: see `QuantizationReport.error`. 0.1 when absent. */
  readonly tolerance?: number;
}

/**
 * Makes an INT8 model of a float32 one: integers for convolutions and matrix products (per-channel int8 weights, uint8
 * activations by percentiles) and for what lies between them; float for what follows the last of them, and for layers
 * with which the answers would stray. The same model and images give the same bytes.
 *
 * @param bytes an ONNX model with one float32 input, opset 13 or newer
 * @param calibration images as the model takes them ([1, 3, H, W], 0 to 1), of the training split, in mixed order; of
 * each four one is kept aside, in memory, to measure on
 * @throws QuantizationError with the reason and the remedy
 */
export async function quantizeStatically(
  bytes: Uint8Array,
  calibration: Iterable<Float32Array> | AsyncIterable<Float32Array>,
  { tolerance = DEFAULT_TOLERANCE }: QuantizationOptions = {},
): Promise<{ model: Uint8Array; report: QuantizationReport }> {
  const model = readModel(bytes);
  const index = indexGraph(model.graph);
  const layers = layersOf(index);
  const wide = layers.filter(isWide);
  if (wide.length === 0) {
    throw new QuantizationError(
      'model-unsuitable',
      `None of the model's ${model.graph.node.length} nodes is a convolution or matrix product with constant float32 ` +
        `weights between ${FEWEST_CHANNELS} channels or more. Hand in the float32 model as its trainer exported it.`,
    );
  }
  const region = regionOf(index, wide);
  const ends = endsOf(region);
  const values = new Set([...region.values.flat(), ...layers.map(({ output }) => output)]);
  const shareOf = (name: string) => (ends.has(name) ? 1 : CALIBRATED_SHARE);
  const { ranges: held, lengths, images, aside } = await calibrate(model, values, calibration, shareOf);
  const ranges = new Map([...held].map(([name, range]) => [name, gatedRange(index, name, range)]));
  const every = Math.ceil(aside.length / RANKED_ON);
  const rank = await errorMeter(
    model,
    ranges,
    aside.filter((_, position) => position % every === 0),
  );
  const measure = await errorMeter(model, ranges, aside);
  const work = new Map(wide.map((layer) => [layer.name, multiplicationsOf(layer, lengths.get(layer.output) ?? 0)]));
  const { quantized, error, alone } = await chooseLayers(
    [...work.keys()],
    { measure, rank, workOf: (layer) => work.get(layer) ?? 0 },
    tolerance,
  );
  const chosen = new Set(quantized);
  return {
    model: writeModel(withQuantization(model, chosen, ranges)),
    report: {
      ...layerReport({ layers, lengths, quantized: chosen, alone }),
      error: Object.fromEntries(error.byPart),
      tolerance,
      images: { calibrated: images, aside: aside.length },
    },
  };
}

function isWide({ node, weights, channelAxis }: Layer): boolean {
  const dims = dimsOf(weights);
  const groups = Number(attribute(node, 'group')?.i ?? 1);
  return Math.min(dims[channelAxis] ?? 0, groups * (dims[1 - channelAxis] ?? 0)) >= FEWEST_CHANNELS;
}
