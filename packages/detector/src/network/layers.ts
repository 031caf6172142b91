import type { Graph } from '../autodiff/graph.ts';
import type { Tensor } from '../autodiff/tensor.ts';

/**
 * The two kinds of layers that hold parameters. The network is described once against this interface; training and
 * export differ in how they build the layers.
 */
export interface Layers {
  readonly graph: Graph;
  /** Convolution, batch normalization, SiLU. */
  block(name: string, x: Tensor, channels: number, kernel: 1 | 3, stride?: 1 | 2): Tensor;
  /** 1×1 convolution with a bias: the raw output of a head. */
  prediction(name: string, x: Tensor, channels: number, initialBias: number): Tensor;
}

export const NORMALIZATION_EPSILON = 1e-3;
