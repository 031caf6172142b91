import { rawReshape, reduceSum } from '../broadcasting.ts';
import type { Tensor } from '../tensor.ts';

/** Sum over the given axes (all by default), which vanish from the shape. */
export function sum(x: Tensor, axes: readonly number[] = x.dims.map((_, axis) => axis)): Tensor {
  const { graph } = x;
  const kept = x.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return graph.record(reduceSum(x, axes), [x], (gradient) => [
    () => graph.emit('Expand', [rawReshape(gradient, kept), graph.indices(x.dims)], x.dims),
  ]);
}
