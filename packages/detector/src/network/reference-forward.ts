import { layoutOf, predictionRows } from './onnx-export.ts';
import type { NetworkShape } from './shape.ts';
import type { TrainedWeights } from './trained-weights.ts';
import { UnfoldedLayers } from './unfolded-layers.ts';
import { unitRange } from './unit-range.ts';

/**
 * The trained network as training ran it, for comparison with what was exported: input `images` uint8 [1, 3, H, W];
 * output `output0` as the export's. Nothing is folded: run it with the runtime's own optimizations off, or the
 * runtime folds.
 */
export function buildReferenceForward(shape: NetworkShape, weights: TrainedWeights): Uint8Array {
  const layers = new UnfoldedLayers(layoutOf(shape), weights);
  const bytes = layers.graph.input('images', [1, 3, shape.input.height, shape.input.width], { type: 'uint8' });
  layers.graph.output(predictionRows(layers, shape, unitRange(bytes)), 'output0');
  return layers.graph.encode();
}
