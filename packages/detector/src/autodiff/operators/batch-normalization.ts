import { elementwise, rawReshape, reduceSum, unary } from '../broadcasting.ts';
import { fusedMatrixProduct, sumOverFirstAxis } from '../matrix-product.ts';
import { detach, dims4, type Tensor } from '../tensor.ts';

interface NormalizedBatch {
  readonly output: Tensor;
  /** Of this batch, per channel; not differentiable, meant for the running statistics. */
  readonly mean: Tensor;
  /** Population variance of this batch, per channel. */
  readonly variance: Tensor;
}

/** Normalizes an image batch [N, C, H, W] by its own statistics, then scales and shifts each channel. */
export function batchNormalization(x: Tensor, scale: Tensor, shift: Tensor, epsilon: number): NormalizedBatch {
  const { graph } = x;
  const [, c] = dims4(x);
  // onnxruntime writes the running statistics in place over inputs 3 and 4. A shared zero constant would be corrupted
  // silently, so each node gets private buffers: its own parameters times zero.
  const zero = graph.constant(0);
  const inputs = [x, scale, shift, elementwise('Mul', scale, zero), elementwise('Mul', shift, zero)];
  const attributes = { training_mode: 1, momentum: { float: 0 }, epsilon: { float: epsilon } };
  const [y, mean, variance] = graph.emitMany(
    'BatchNormalization',
    inputs,
    [{ dims: x.dims }, { dims: [c] }, { dims: [c] }],
    attributes,
  );
  if (!y || !mean || !variance) throw new Error('BatchNormalization was emitted without its statistics');
  const output = graph.record(y, [x, scale, shift], (gradient) =>
    backward({ x, scale, gradient, mean, variance, epsilon }),
  );
  return { output, mean: detach(mean), variance: detach(variance) };
}

interface Saved {
  readonly x: Tensor;
  readonly scale: Tensor;
  readonly gradient: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
  readonly epsilon: number;
}

/** dx is affine in gradient and x: a·gradient + b·x + c, with a, b and c per channel. */
function backward({ x, scale, gradient, mean, variance, epsilon }: Saved): (() => Tensor)[] {
  const { graph } = x;
  const [n, c, h, w] = dims4(x);
  const multiply = (a: Tensor, b: Tensor) => elementwise('Mul', a, b);
  const deviation = unary('Sqrt', elementwise('Add', variance, graph.constant(epsilon)));
  const inverse = elementwise('Div', graph.constant(1), deviation);
  const gradientSum = reduceSum(gradient, [0, 2, 3]);
  const productSum = sumOfProducts(gradient, x);
  const scaleGradient = multiply(inverse, elementwise('Sub', productSum, multiply(mean, gradientSum)));
  return [
    () => {
      const minusOneOverCount = graph.constant(-1 / (n * h * w));
      const a = multiply(scale, inverse);
      const b = multiply(multiply(a, multiply(inverse, scaleGradient)), minusOneOverCount);
      const constantTerm = elementwise('Sub', multiply(multiply(a, gradientSum), minusOneOverCount), multiply(b, mean));
      return elementwise('Add', affine(gradient, a, constantTerm), multiply(x, rawReshape(b, [c, 1, 1])));
    },
    () => scaleGradient,
    () => gradientSum,
  ];
}

/** Rows from this length on are multiplied by rows; below, setting each product up costs more than it saves. */
const LONG_ROW = 512;

/** Sum of a·b per channel. A product of rows with rows reads both once, and writes nothing as large as they are. */
function sumOfProducts(a: Tensor, b: Tensor): Tensor {
  const [n, c, h, w] = dims4(a);
  if (h * w < LONG_ROW) return reduceSum(elementwise('Mul', a, b), [0, 2, 3]);
  const rows = (x: Tensor) => rawReshape(x, [n * c, 1, h * w]);
  const products = fusedMatrixProduct(rows(a), rows(b), { transposeB: true });
  return sumOverFirstAxis(rawReshape(products, [n, c]));
}

/** a·x + c per channel in one pass: normalization in inference mode by mean 0 and variance 1. */
function affine(x: Tensor, a: Tensor, c: Tensor): Tensor {
  const { graph } = x;
  const [, channels] = dims4(x);
  const zeros = graph.constant(new Float32Array(channels));
  const ones = graph.constant(new Float32Array(channels).fill(1));
  return graph.emit('BatchNormalization', [x, a, c, zeros, ones], x.dims, { attributes: { epsilon: { float: 0 } } });
}
