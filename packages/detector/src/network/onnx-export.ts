import { Graph } from '../autodiff/graph.ts';
import { sigmoid } from '../autodiff/operators/functions.ts';
import { concatenate } from '../autodiff/operators/shapes.ts';
import type { Tensor } from '../autodiff/tensor.ts';
import { decodePredictions } from './box-decoding.ts';
import { detectorNetwork } from './detector-network.ts';
import { FoldedLayers } from './folded-layers.ts';
import type { Layers } from './layers.ts';
import { meanOfViews, mirrorViews } from './mirror-views.ts';
import type { ParameterLayout } from './parameter-layout.ts';
import { type NetworkShape, strides } from './shape.ts';
import { TrainableLayers } from './trainable-layers.ts';
import type { TrainedWeights } from './trained-weights.ts';

/**
 * The trained network as an ONNX model in the convention of a YOLOv8 export: input `images` float32 [1, 3, H, W], RGB
 * from 0 to 1, letterboxed with 114; output `output0` float32 [1, 4 + classes, A]: centre x, centre y, width and
 * height in input pixels, then class scores from 0 to 1; A = Σ (H / stride) (W / stride). Standard operators only, opset 17.
 * Metadata as Ultralytics writes it.
 *
 * @param names class names; a name's position is its class id
 */
export function exportOnnx(shape: NetworkShape, names: readonly string[], weights: TrainedWeights): Uint8Array {
  if (names.length !== shape.classes) {
    throw new Error(`the network has ${shape.classes} classes, but ${names.length} names were given`);
  }
  const layers = new FoldedLayers(layoutOf(shape), weights);
  const images = layers.graph.input('images', [1, 3, shape.input.height, shape.input.width]);
  layers.graph.output(predictionRows(layers, shape, images), 'output0');
  return layers.graph.encode({
    task: 'detect',
    batch: '1',
    stride: String(Math.max(...strides)),
    imgsz: `[${shape.input.height}, ${shape.input.width}]`,
    names: `{${names.map((name, id) => `${id}: ${pythonString(name)}`).join(', ')}}`,
  });
}

/** What a YOLOv8 export answers for an image [1, 3, H, W] from 0 to 1: rows of boxes, then of scores [1, 4 + classes, A]. */
export function predictionRows(layers: Layers, shape: NetworkShape, images: Tensor): Tensor {
  const levels = shape.mirrors
    ? detectorNetwork(layers, shape, mirrorViews(images)).map(meanOfViews)
    : detectorNetwork(layers, shape, images);
  const { logits, centres, sizes } = decodePredictions(levels, shape.input);
  return concatenate([centres, sizes, sigmoid(logits)], 1);
}

/** Where each layer's values lie in the flat vectors of a network of this shape. */
export function layoutOf(shape: NetworkShape): ParameterLayout {
  const layers = new TrainableLayers(new Graph());
  const images = layers.graph.input('images', [1, 3, shape.input.height, shape.input.width]);
  detectorNetwork(layers, shape, images);
  return layers.layout;
}

/** A name as Python's `repr` writes it: readers of the metadata parse it as a Python literal. */
function pythonString(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  if (!escaped.includes("'")) return `'${escaped}'`;
  return escaped.includes('"') ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`;
}
