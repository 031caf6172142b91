import { elementwise, select, sumToShape, unary } from '../broadcasting.ts';
import type { Tensor } from '../tensor.ts';

/** A tensor, or a plain number beside a tensor. */
type Operand = Tensor | number;

export function add(left: Operand, right: Operand): Tensor {
  const [a, b] = operands(left, right);
  return a.graph.record(elementwise('Add', a, b), [a, b], (gradient) => [
    () => sumToShape(gradient, a.dims),
    () => sumToShape(gradient, b.dims),
  ]);
}

export function subtract(left: Operand, right: Operand): Tensor {
  const [a, b] = operands(left, right);
  return a.graph.record(elementwise('Sub', a, b), [a, b], (gradient) => [
    () => sumToShape(gradient, a.dims),
    () => unary('Neg', sumToShape(gradient, b.dims)),
  ]);
}

export function multiply(left: Operand, right: Operand): Tensor {
  const [a, b] = operands(left, right);
  return a.graph.record(elementwise('Mul', a, b), [a, b], (gradient) => [
    () => sumToShape(elementwise('Mul', gradient, b), a.dims),
    () => sumToShape(elementwise('Mul', gradient, a), b.dims),
  ]);
}

export function divide(left: Operand, right: Operand): Tensor {
  const [a, b] = operands(left, right);
  const quotient = elementwise('Div', a, b);
  return a.graph.record(quotient, [a, b], (gradient) => {
    const scaled = elementwise('Div', gradient, b);
    return [
      () => sumToShape(scaled, a.dims),
      () => sumToShape(unary('Neg', elementwise('Mul', scaled, quotient)), b.dims),
    ];
  });
}

export function minimum(left: Operand, right: Operand): Tensor {
  return extremum('Min', 'LessOrEqual', left, right);
}

export function maximum(left: Operand, right: Operand): Tensor {
  return extremum('Max', 'GreaterOrEqual', left, right);
}

/** The gradient goes to the operand that won; a tie goes to the left one. */
function extremum(operator: string, comparison: string, left: Operand, right: Operand): Tensor {
  const [a, b] = operands(left, right);
  return a.graph.record(elementwise(operator, a, b), [a, b], (gradient) => {
    const leftWon = elementwise(comparison, a, b, 'bool');
    const zero = a.graph.constant(0);
    return [
      () => sumToShape(select(leftWon, gradient, zero), a.dims),
      () => sumToShape(select(leftWon, zero, gradient), b.dims),
    ];
  });
}

function operands(left: Operand, right: Operand): [Tensor, Tensor] {
  if (typeof left !== 'number') return [left, typeof right === 'number' ? left.graph.constant(right) : right];
  if (typeof right !== 'number') return [right.graph.constant(left), right];
  throw new Error(`${left} and ${right} are both plain numbers: one of them has to be a tensor`);
}
