import { Graph } from '../../../packages/detector/src/autodiff/graph.ts';
import { dims4, type Tensor } from '../../../packages/detector/src/autodiff/tensor.ts';
import { detectorNetwork } from '../../../packages/detector/src/network/detector-network.ts';
import type { Layers } from '../../../packages/detector/src/network/layers.ts';
import type { NetworkShape } from '../../../packages/detector/src/network/shape.ts';
import { TrainableLayers } from '../../../packages/detector/src/network/trainable-layers.ts';

/** Layers that count the multiplications of their convolutions. */
class CountingLayers implements Layers {
  readonly graph = new Graph();
  readonly #layers = new TrainableLayers(this.graph);
  multiplications = 0;

  block(name: string, x: Tensor, channels: number, kernel: 1 | 3, stride: 1 | 2 = 1): Tensor {
    this.#count(x, channels, kernel, stride);
    return this.#layers.block(name, x, channels, kernel, stride);
  }

  prediction(name: string, x: Tensor, channels: number, initialBias: number): Tensor {
    this.#count(x, channels, 1, 1);
    return this.#layers.prediction(name, x, channels, initialBias);
  }

  #count(x: Tensor, channels: number, kernel: number, stride: number): void {
    const [, inputs, height, width] = dims4(x);
    this.multiplications += (kernel ** 2 * inputs * channels * height * width) / stride ** 2;
  }
}

/** Multiply-accumulates of the forward pass for one image. Training takes about three times as many. */
export function multiplicationsOf(shape: NetworkShape): number {
  const layers = new CountingLayers();
  detectorNetwork(layers, shape, layers.graph.input('images', [1, 3, shape.input.height, shape.input.width]));
  return layers.multiplications;
}
