import { Graph } from '../autodiff/graph.ts';
import { convolution } from '../autodiff/operators/convolution.ts';
import { silu } from '../autodiff/operators/functions.ts';
import { dims4, type Tensor } from '../autodiff/tensor.ts';
import { type Layers, NORMALIZATION_EPSILON } from './layers.ts';
import type { ParameterLayout } from './parameter-layout.ts';
import { populationStatistics, type TrainedWeights } from './trained-weights.ts';

/** Layers for inference: constant kernels into which each normalization has been folded. */
export class FoldedLayers implements Layers {
  readonly graph = new Graph();
  readonly #layout: ParameterLayout;
  readonly #weights: TrainedWeights;

  constructor(layout: ParameterLayout, weights: TrainedWeights) {
    this.#layout = layout;
    this.#weights = weights;
  }

  block(name: string, x: Tensor, channels: number, kernel: 1 | 3, stride: 1 | 2 = 1): Tensor {
    const weights = this.#values(`${name}.weights`);
    const scale = this.#values(`${name}.scale`);
    const bias = this.#values(`${name}.shift`);
    const { mean, variance } = populationStatistics(this.#weights, this.#layout.statisticsOf(name));
    const fanIn = weights.length / channels;
    for (let channel = 0; channel < channels; channel++) {
      const factor = (scale[channel] ?? 0) / Math.sqrt((variance[channel] ?? 0) + NORMALIZATION_EPSILON);
      bias[channel] = (bias[channel] ?? 0) - (mean[channel] ?? 0) * factor;
      for (let i = channel * fanIn; i < (channel + 1) * fanIn; i++) weights[i] = (weights[i] ?? 0) * factor;
    }
    return silu(this.#convolution(x, weights, bias, kernel, stride));
  }

  prediction(name: string, x: Tensor): Tensor {
    return this.#convolution(x, this.#values(`${name}.weights`), this.#values(`${name}.bias`), 1, 1);
  }

  #convolution(x: Tensor, weights: Float32Array, bias: Float32Array, kernel: 1 | 3, stride: 1 | 2): Tensor {
    const [, inputChannels] = dims4(x);
    const kernels = this.graph.constant(weights, [bias.length, inputChannels, kernel, kernel]);
    return convolution(x, kernels, { stride, bias: this.graph.constant(bias) });
  }

  #values(name: string): Float32Array {
    const { offset, size } = this.#layout.parameter(name);
    return this.#weights.parameters.slice(offset, offset + size);
  }
}
