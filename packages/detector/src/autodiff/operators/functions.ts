import { elementwise, unary } from '../broadcasting.ts';
import type { Tensor } from '../tensor.ts';

export function exponential(x: Tensor): Tensor {
  const y = unary('Exp', x);
  return x.graph.record(y, [x], (gradient) => [() => elementwise('Mul', gradient, y)]);
}

export function squareRoot(x: Tensor): Tensor {
  const y = unary('Sqrt', x);
  return x.graph.record(y, [x], (gradient) => [
    () => elementwise('Div', elementwise('Mul', gradient, x.graph.constant(0.5)), y),
  ]);
}

export function arcTangent(x: Tensor): Tensor {
  return x.graph.record(unary('Atan', x), [x], (gradient) => [
    () => elementwise('Div', gradient, elementwise('Add', elementwise('Mul', x, x), x.graph.constant(1))),
  ]);
}

export function sigmoid(x: Tensor): Tensor {
  const y = unary('Sigmoid', x);
  return x.graph.record(y, [x], (gradient) => [
    () => elementwise('Mul', gradient, elementwise('Sub', y, elementwise('Mul', y, y))),
  ]);
}

/** log(1 + exp(x)). The kernel is slow: only for class scores, never for feature maps. */
export function softplus(x: Tensor): Tensor {
  return x.graph.record(unary('Softplus', x), [x], (gradient) => [
    () => elementwise('Mul', gradient, unary('Sigmoid', x)),
  ]);
}

/** x · sigmoid(x). Keeping s = sigmoid(x) and y makes the derivative s + y − y·s: three cheap nodes. */
export function silu(x: Tensor): Tensor {
  const s = unary('Sigmoid', x);
  const y = elementwise('Mul', x, s);
  return x.graph.record(y, [x], (gradient) => [
    () => elementwise('Mul', gradient, elementwise('Add', s, elementwise('Sub', y, elementwise('Mul', y, s)))),
  ]);
}
