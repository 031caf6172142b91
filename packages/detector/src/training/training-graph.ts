import { rawReshape } from '../autodiff/broadcasting.ts';
import { Graph } from '../autodiff/graph.ts';
import { elementCount, type Tensor } from '../autodiff/tensor.ts';
import { detectionLoss, type LossWeights } from '../loss/detection-loss.ts';
import { type DecodedPredictions, decodePredictions } from '../network/box-decoding.ts';
import { detectorNetwork } from '../network/detector-network.ts';
import type { ParameterLayout } from '../network/parameter-layout.ts';
import type { NetworkShape } from '../network/shape.ts';
import { TrainableLayers } from '../network/trainable-layers.ts';
import { unitRange } from '../network/unit-range.ts';

export interface TrainingGraphOptions {
  readonly shape: NetworkShape;
  /** Images in a batch. */
  readonly batch: number;
  /** Slots for ground truths, an image. */
  readonly truthSlots: number;
  readonly lossWeights: LossWeights;
  /** What onnxruntime's blocked layout holds side by side on the machine that will run this, if it has one. */
  readonly channelBlock?: number | undefined;
  /** Also answer with what the network predicts: `logits`, `centres`, `sizes`. */
  readonly withPredictions?: boolean;
}

export interface TrainingGraph {
  /**
   * Inputs: `parameters` [P], `images` uint8 [N, 3, H, W], `truth_boxes` [N, M, 4], `truth_classes` one-hot
   * [N, M, classes], `truth_mask` [N, M, 1]. Outputs: `gradients` [P], `statistics` (per normalization: means, then
   * variances of this batch), `losses` [2] (classes, boxes).
   */
  readonly model: Uint8Array;
  readonly layout: ParameterLayout;
}

/** Forward pass, target assignment, loss and backward pass as one ONNX model. */
export function buildTrainingGraph(options: TrainingGraphOptions): TrainingGraph {
  const { shape, batch, truthSlots, lossWeights, channelBlock } = options;
  const graph = new Graph({ channelBlock });
  const layers = new TrainableLayers(graph);
  const bytes = graph.input('images', [batch, 3, shape.input.height, shape.input.width], { type: 'uint8' });
  const predictions = decodePredictions(detectorNetwork(layers, shape, unitRange(bytes)), shape.input);
  const truths = {
    boxes: graph.input('truth_boxes', [batch, truthSlots, 4]),
    classes: graph.input('truth_classes', [batch, truthSlots, shape.classes]),
    mask: graph.input('truth_mask', [batch, truthSlots, 1]),
  };
  const loss = detectionLoss(predictions, truths, shape.input, lossWeights);
  graph.output(flatten(graph, graph.gradients(loss.total, layers.parameters)), 'gradients');
  graph.output(flatten(graph, layers.batchStatistics), 'statistics');
  graph.output(flatten(graph, [loss.classes, loss.boxes]), 'losses');
  if (options.withPredictions) outputPredictions(graph, predictions);
  layers.bindParameters('parameters');
  return { model: graph.encode(), layout: layers.layout };
}

function flatten(graph: Graph, tensors: readonly Tensor[]): Tensor {
  const rows = tensors.map((tensor) => rawReshape(tensor, [elementCount(tensor.dims)]));
  const total = rows.reduce((count, { dims }) => count + elementCount(dims), 0);
  return graph.emit('Concat', rows, [total], { attributes: { axis: 0 } });
}

function outputPredictions(graph: Graph, { logits, centres, sizes }: DecodedPredictions): void {
  graph.output(logits, 'logits');
  graph.output(centres, 'centres');
  graph.output(sizes, 'sizes');
}
