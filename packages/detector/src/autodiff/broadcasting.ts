import type { AttributeValue, ElementType } from '../onnx/model.ts';
import { sameDims, type Tensor } from './tensor.ts';

/** Shape of an elementwise result, by ONNX's (NumPy's) broadcasting rule. */
export function broadcastDims(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[a.length - rank + axis] ?? 1;
    const right = b[b.length - rank + axis] ?? 1;
    if (left !== right && left !== 1 && right !== 1) throw new Error(`shapes [${a}] and [${b}] don't broadcast`);
    return Math.max(left, right);
  });
}

/** One elementwise node of two inputs; no gradient. */
export function elementwise(operator: string, a: Tensor, b: Tensor, type: ElementType = 'float32'): Tensor {
  return a.graph.emit(operator, [a, b], broadcastDims(a.dims, b.dims), { type });
}

/** One elementwise node of one input; no gradient. */
export function unary(operator: string, a: Tensor, attributes?: Readonly<Record<string, AttributeValue>>): Tensor {
  return a.graph.emit(operator, [a], a.dims, { attributes });
}

/** `Where`: `yes` where the condition holds, else `no`; no gradient. */
export function select(condition: Tensor, yes: Tensor, no: Tensor): Tensor {
  const dims = broadcastDims(condition.dims, broadcastDims(yes.dims, no.dims));
  return condition.graph.emit('Where', [condition, yes, no], dims);
}

/** Sums a gradient over the axes along which its operand had been broadcast. */
export function sumToShape(gradient: Tensor, dims: readonly number[]): Tensor {
  if (sameDims(gradient.dims, dims)) return gradient;
  const offset = gradient.dims.length - dims.length;
  const isBroadcast = (size: number, axis: number) => axis < offset || (dims[axis - offset] === 1 && size !== 1);
  const axes = gradient.dims.flatMap((size, axis) => (isBroadcast(size, axis) ? [axis] : []));
  return rawReshape(axes.length ? reduceSum(gradient, axes, { keepDims: true }) : gradient, dims);
}

/** `ReduceSum` without a gradient. */
export function reduceSum(a: Tensor, axes: readonly number[], { keepDims = false } = {}): Tensor {
  const kept = a.dims.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const dims = keepDims ? kept : a.dims.filter((_, axis) => !axes.includes(axis));
  return a.graph.emit('ReduceSum', [a, a.graph.indices(axes)], dims, { attributes: { keepdims: keepDims ? 1 : 0 } });
}

/** `Reshape` without a gradient. */
export function rawReshape(a: Tensor, dims: readonly number[]): Tensor {
  return sameDims(a.dims, dims) ? a : a.graph.emit('Reshape', [a, a.graph.indices(dims)], dims);
}
