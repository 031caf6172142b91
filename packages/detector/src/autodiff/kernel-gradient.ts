import { rawReshape } from './broadcasting.ts';
import { fusedMatrixProduct, sumOverFirstAxis } from './matrix-product.ts';
import { dims4, type Tensor } from './tensor.ts';

/** With so few channels, nine small products cost more than gathering all taps into one. */
const FEWEST_CHANNELS_FOR_SEPARATE_TAPS = 8;

/**
 * What one tap multiplies: the output gradient, and the input under that tap. A shift of rows is made on the gradient and
 * one of columns on the input: that takes four shifted copies for nine taps. Both [N, C, h, w].
 */
interface Tap {
  readonly gradient: Tensor;
  readonly input: Tensor;
}

/**
 * Gradient of a convolution's kernel: for each tap, the output gradient times the input under that tap, summed over
 * the batch. Shapes: input [N, C, H, W], gradient [N, O, H/stride, W/stride] → [O, C, k, k].
 */
export function kernelGradient(x: Tensor, gradient: Tensor, kernelDims: readonly number[], stride: number): Tensor {
  const { graph } = x;
  const [n, c] = dims4(x);
  const [, o, h, w] = dims4(gradient);
  if (kernelDims[2] === 1) return rawReshape(sumOverFirstAxis(correlate(gradient, x)), kernelDims);
  if (c < FEWEST_CHANNELS_FOR_SEPARATE_TAPS) {
    const shifted = gatheredTaps(x, stride);
    const columns = graph.emit('Concat', shifted, [n, 9 * c, h, w], { attributes: { axis: 1 } });
    const byTap = rawReshape(sumOverFirstAxis(correlate(gradient, columns)), [o, 9, c]);
    return rawReshape(graph.emit('Transpose', [byTap], [o, c, 9], { attributes: { perm: [0, 2, 1] } }), kernelDims);
  }
  const taps = stride === 1 ? tapsOfUnitStride(x, gradient) : tapsOfStrideTwo(x, gradient);
  const products = taps.map((tap) => correlate(tap.gradient, tap.input));
  const sums = sumOverFirstAxis(graph.emit('Concat', products, [n, 9 * o, c], { attributes: { axis: 1 } }));
  const byTap = rawReshape(sums, [9, o, c]);
  return rawReshape(graph.emit('Transpose', [byTap], [o, c, 9], { attributes: { perm: [1, 2, 0] } }), kernelDims);
}

/** [N, O, h, w], [N, C, h, w] → [N, O, C] */
function correlate(gradient: Tensor, input: Tensor): Tensor {
  const [n, o, h, w] = dims4(gradient);
  const [, c] = dims4(input);
  const rows = rawReshape(gradient, [n, o, h * w]);
  return fusedMatrixProduct(rows, rawReshape(input, [n, c, h * w]), { transposeB: true });
}

/** Row by row. */
function tapsOfUnitStride(x: Tensor, gradient: Tensor): Tap[] {
  const gradients = [shiftRows(gradient, -1), gradient, shiftRows(gradient, 1)];
  const inputs = [shiftColumns(x, 1), x, shiftColumns(x, -1)];
  return gradients.flatMap((shifted) => inputs.map((input) => ({ gradient: shifted, input })));
}

/** The four phases (even and odd rows and columns): of each tap's input, every second pixel is seen. */
function tapsOfStrideTwo(x: Tensor, gradient: Tensor): Tap[] {
  const [evenEven, evenOdd, oddEven, oddOdd] = phasesOf(x);
  const upwards = shiftRows(gradient, -1);
  const even = [shiftColumns(evenOdd, 1), evenEven, evenOdd];
  const odd = [shiftColumns(oddOdd, 1), oddEven, oddOdd];
  return [
    ...odd.map((input) => ({ gradient: upwards, input })),
    ...even.map((input) => ({ gradient, input })),
    ...odd.map((input) => ({ gradient, input })),
  ];
}

function phasesOf(x: Tensor): [Tensor, Tensor, Tensor, Tensor] {
  const { graph } = x;
  const [n, c, height, width] = dims4(x);
  const sorted = graph.emit('SpaceToDepth', [x], [n, 4 * c, height / 2, width / 2], { attributes: { blocksize: 2 } });
  const phase = { dims: [n, c, height / 2, width / 2] };
  const sizes = graph.indices([c, c, c, c]);
  const phases = graph.emitMany('Split', [sorted, sizes], [phase, phase, phase, phase], { axis: 1 });
  const [evenEven, evenOdd, oddEven, oddOdd] = phases;
  if (!evenEven || !evenOdd || !oddEven || !oddOdd) throw new Error('SpaceToDepth gave fewer than four phases');
  return [evenEven, evenOdd, oddEven, oddOdd];
}

/** The inputs under all taps, each the size of the output. */
function gatheredTaps(x: Tensor, stride: number): Tensor[] {
  if (stride === 1)
    return [1, 0, -1].flatMap((down) => [1, 0, -1].map((right) => shiftColumns(shiftRows(x, down), right)));
  const [evenEven, evenOdd, oddEven, oddOdd] = phasesOf(x);
  const odd = [shiftColumns(oddOdd, 1), oddEven, oddOdd];
  return [...odd.map((input) => shiftRows(input, 1)), shiftColumns(evenOdd, 1), evenEven, evenOdd, ...odd];
}

const shiftRows = (x: Tensor, down: number) => shift(x, 2, down);
const shiftColumns = (x: Tensor, right: number) => shift(x, 3, right);

/** Moves an image by `distance` pixels along an axis, zeros coming in: padding at one end, negative padding at the other. */
function shift(x: Tensor, axis: 2 | 3, distance: number): Tensor {
  if (distance === 0) return x;
  const pads = [0, 0, 0, 0, 0, 0, 0, 0];
  pads[axis] = distance;
  pads[axis + 4] = -distance;
  return x.graph.emit('Pad', [x, x.graph.indices(pads)], x.dims);
}
