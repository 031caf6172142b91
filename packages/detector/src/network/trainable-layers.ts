import type { Graph } from '../autodiff/graph.ts';
import { batchNormalization } from '../autodiff/operators/batch-normalization.ts';
import { convolution } from '../autodiff/operators/convolution.ts';
import { silu } from '../autodiff/operators/functions.ts';
import { dims4, type Tensor } from '../autodiff/tensor.ts';
import { gaussian } from '../random.ts';
import { type Layers, NORMALIZATION_EPSILON } from './layers.ts';
import { ParameterLayout, type ParameterSlot } from './parameter-layout.ts';

const PREDICTION_DEVIATION = 0.01;

/** Layers whose parameters are parts of one flat input vector; normalization uses each batch's own statistics. */
export class TrainableLayers implements Layers {
  readonly graph: Graph;
  readonly layout = new ParameterLayout();
  readonly parameters: Tensor[] = [];
  /** Mean and variance of each normalization in turn, in the order of `layout.statistics`. */
  readonly batchStatistics: Tensor[] = [];

  constructor(graph: Graph) {
    this.graph = graph;
  }

  block(name: string, x: Tensor, channels: number, kernel: 1 | 3, stride: 1 | 2 = 1): Tensor {
    const [, inputChannels] = dims4(x);
    const fanIn = inputChannels * kernel * kernel;
    const weights = this.#parameter({
      name: `${name}.weights`,
      dims: [channels, inputChannels, kernel, kernel],
      kind: 'kernel',
      initialize: (random) => gaussian(random) * Math.sqrt(1.5 / fanIn),
    });
    const scale = this.#parameter({ name: `${name}.scale`, dims: [channels], kind: 'vector', initialize: () => 1 });
    const shift = this.#parameter({ name: `${name}.shift`, dims: [channels], kind: 'vector', initialize: () => 0 });
    const features = convolution(x, weights, { stride });
    const normalized = batchNormalization(features, scale, shift, NORMALIZATION_EPSILON);
    this.layout.addStatistics(name, channels);
    this.batchStatistics.push(normalized.mean, normalized.variance);
    return silu(normalized.output);
  }

  prediction(name: string, x: Tensor, channels: number, initialBias: number): Tensor {
    const [, inputChannels] = dims4(x);
    const weights = this.#parameter({
      name: `${name}.weights`,
      dims: [channels, inputChannels, 1, 1],
      kind: 'prediction',
      initialize: (random) => gaussian(random) * PREDICTION_DEVIATION,
    });
    const bias = this.#parameter({
      name: `${name}.bias`,
      dims: [channels],
      kind: 'vector',
      initialize: () => initialBias,
    });
    return convolution(x, weights, { bias });
  }

  /** Cuts the graph's input `name` into the parameters. Call once, when the network is complete. */
  bindParameters(name: string): void {
    const { graph, layout } = this;
    graph.input(name, [layout.parameterCount]);
    const sizes = graph.indices(layout.parameters.map(({ size }) => size));
    const flat = layout.parameters.map((slot) => (slot.dims.length === 1 ? slot.name : `${slot.name}/flat`));
    graph.emitFirst({ operator: 'Split', inputs: [name, sizes.name], outputs: flat, attributes: { axis: 0 } });
    for (const slot of layout.parameters) {
      if (slot.dims.length === 1) continue;
      const inputs = [`${slot.name}/flat`, graph.indices(slot.dims).name];
      graph.emitFirst({ operator: 'Reshape', inputs, outputs: [slot.name] });
    }
  }

  #parameter(parameter: Omit<ParameterSlot, 'offset' | 'size'>): Tensor {
    const { name, dims } = this.layout.addParameter(parameter);
    const tensor: Tensor = { graph: this.graph, name, dims, type: 'float32', tracked: true };
    this.parameters.push(tensor);
    return tensor;
  }
}
