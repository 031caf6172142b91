import { rawReshape, reduceSum } from './broadcasting.ts';
import { fusedMatrixProduct } from './matrix-product.ts';
import { dims4, type Tensor } from './tensor.ts';

/** With so few channels, nine small products cost more than gathering all taps into one. */
const FEWEST_CHANNELS_FOR_SEPARATE_TAPS = 8;

/**
 * Gradient of a convolution's kernel: for each tap, the output gradient times the input shifted under that tap, summed
 * over the batch. Shapes: input [N, C, H, W], gradient [N, O, H/stride, W/stride] → [O, C, k, k].
 */
export function kernelGradient(x: Tensor, gradient: Tensor, kernelDims: readonly number[], stride: number): Tensor {
  const { graph } = x;
  const [n, c] = dims4(x);
  const [, o, h, w] = dims4(gradient);
  const rows = rawReshape(gradient, [n, o, h * w]);
  const correlate = (columns: Tensor, channels: number): Tensor =>
    reduceSum(fusedMatrixProduct(rows, rawReshape(columns, [n, channels, h * w]), { transposeB: true }), [0]);

  if (kernelDims[2] === 1) return rawReshape(correlate(x, c), kernelDims);
  const taps = stride === 1 ? tapsOfUnitStride(x) : tapsOfStrideTwo(x);
  if (c < FEWEST_CHANNELS_FOR_SEPARATE_TAPS) {
    const columns = graph.emit('Concat', taps, [n, 9 * c, h, w], { attributes: { axis: 1 } });
    const byTap = rawReshape(correlate(columns, 9 * c), [o, 9, c]);
    return rawReshape(graph.emit('Transpose', [byTap], [o, c, 9], { attributes: { perm: [0, 2, 1] } }), kernelDims);
  }
  const perTap = taps.map((tap) => rawReshape(correlate(tap, c), [o, c, 1]));
  return rawReshape(graph.emit('Concat', perTap, [o, c, 9], { attributes: { axis: 2 } }), kernelDims);
}

/** The nine shifted views of the padded input, row by row. */
function tapsOfUnitStride(x: Tensor): Tensor[] {
  const { graph } = x;
  const [n, c, h, w] = dims4(x);
  const padded = graph.emit('Pad', [x, graph.indices([0, 0, 1, 1, 0, 0, 1, 1])], [n, c, h + 2, w + 2]);
  return offsets().map(([row, column]) => crop(padded, row, column, h, w));
}

/**
 * Strided slices are slow to copy. Sorting the pixels into their four phases first (even and odd rows and columns)
 * makes every tap a contiguous crop of one phase.
 */
function tapsOfStrideTwo(x: Tensor): Tensor[] {
  const { graph } = x;
  const [n, c, inputHeight, inputWidth] = dims4(x);
  const h = inputHeight / 2;
  const w = inputWidth / 2;
  const sorted = graph.emit('SpaceToDepth', [x], [n, 4 * c, h, w], { attributes: { blocksize: 2 } });
  const padded = graph.emit('Pad', [sorted, graph.indices([0, 0, 1, 1, 0, 0, 0, 0])], [n, 4 * c, h + 1, w + 1]);
  const phase = { dims: [n, c, h + 1, w + 1] };
  const phases = graph.emitMany('Split', [padded, graph.indices([c, c, c, c])], [phase, phase, phase, phase], {
    axis: 1,
  });
  return offsets().map(([row, column]) => {
    const source = phases[(row === 1 ? 0 : 2) + (column === 1 ? 0 : 1)];
    if (!source) throw new Error('SpaceToDepth gave fewer than four phases');
    return crop(source, row === 0 ? 0 : 1, column === 0 ? 0 : 1, h, w);
  });
}

function crop(x: Tensor, top: number, left: number, height: number, width: number): Tensor {
  const { graph } = x;
  const [n, c] = dims4(x);
  const starts = graph.indices([top, left]);
  const ends = graph.indices([top + height, left + width]);
  return graph.emit('Slice', [x, starts, ends, graph.indices([2, 3])], [n, c, height, width]);
}

function offsets(): [number, number][] {
  return [0, 1, 2].flatMap((row) => [0, 1, 2].map((column): [number, number] => [row, column]));
}
