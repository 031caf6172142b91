import type { ElementType } from '../onnx/model.ts';
import type { Graph } from './graph.ts';

/** A value of a graph under construction. Shapes are always known. */
export interface Tensor {
  readonly graph: Graph;
  readonly name: string;
  readonly dims: readonly number[];
  readonly type: ElementType;
  /** Whether gradients flow through this value. */
  readonly tracked: boolean;
}

export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

export function sameDims(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The same value, seen as a constant by the backward pass. */
export function detach(tensor: Tensor): Tensor {
  return { ...tensor, tracked: false };
}

/** Shape of an image batch or a convolution kernel; throws when the tensor has another rank. */
export function dims4(tensor: Tensor): [number, number, number, number] {
  const [n, c, h, w] = tensor.dims;
  if (tensor.dims.length !== 4 || n === undefined || c === undefined || h === undefined || w === undefined) {
    throw new Error(`${tensor.name} has shape [${tensor.dims}]; four dimensions are needed`);
  }
  return [n, c, h, w];
}
