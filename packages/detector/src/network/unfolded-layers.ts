import { Graph } from '../autodiff/graph.ts';
import { convolution } from '../autodiff/operators/convolution.ts';
import { silu } from '../autodiff/operators/functions.ts';
import { dims4, type Tensor } from '../autodiff/tensor.ts';
import { type Layers, NORMALIZATION_EPSILON } from './layers.ts';
import type { ParameterLayout } from './parameter-layout.ts';
import { populationStatistics, type TrainedWeights } from './trained-weights.ts';

/** Layers as they were trained: each normalization stands after its convolution, with the statistics of training. */
export class UnfoldedLayers implements Layers {
  readonly graph = new Graph();
  readonly #layout: ParameterLayout;
  readonly #weights: TrainedWeights;

  constructor(layout: ParameterLayout, weights: TrainedWeights) {
    this.#layout = layout;
    this.#weights = weights;
  }

  block(name: string, x: Tensor, channels: number, kernel: 1 | 3, stride: 1 | 2 = 1): Tensor {
    const [, inputChannels] = dims4(x);
    const weights = this.#parameter(`${name}.weights`, [channels, inputChannels, kernel, kernel]);
    const features = convolution(x, weights, { stride });
    const { mean, variance } = populationStatistics(this.#weights, this.#layout.statisticsOf(name));
    const scale = this.#parameter(`${name}.scale`, [channels]);
    const shift = this.#parameter(`${name}.shift`, [channels]);
    const inputs = [features, scale, shift, this.graph.constant(mean), this.graph.constant(variance)];
    const attributes = { epsilon: { float: NORMALIZATION_EPSILON } };
    return silu(this.graph.emit('BatchNormalization', inputs, features.dims, { attributes }));
  }

  prediction(name: string, x: Tensor, channels: number): Tensor {
    const [, inputChannels] = dims4(x);
    const weights = this.#parameter(`${name}.weights`, [channels, inputChannels, 1, 1]);
    return convolution(x, weights, { bias: this.#parameter(`${name}.bias`, [channels]) });
  }

  #parameter(name: string, dims: readonly number[]): Tensor {
    const { offset, size } = this.#layout.parameter(name);
    return this.graph.constant(this.#weights.parameters.subarray(offset, offset + size), dims);
  }
}
