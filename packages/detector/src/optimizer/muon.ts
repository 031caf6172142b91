import { elementwise, rawReshape } from '../autodiff/broadcasting.ts';
import { Graph } from '../autodiff/graph.ts';
import { fusedMatrixProduct } from '../autodiff/matrix-product.ts';
import type { Tensor } from '../autodiff/tensor.ts';
import type { Shard } from './shards.ts';

const ITERATIONS = 5;
/** Newton–Schulz coefficients of Muon (Jordan et al. 2024): quintic, chosen for a steep slope at zero. */
const [A, B, C] = [3.4445, -4.775, 2.0315];
/** From this ratio of sides on, a matrix is so flat that iterating on its small Gram matrix takes fewer products. */
const FLAT = 2;
/** Makes an update's root mean square comparable to AdamW's. */
const UPDATE_SCALE = 0.2;
export const MUON_MOMENTUM = 0.95;

/**
 * Muon's direction for the kernels of a shard, as an ONNX model: input `momentum` and output `direction` hold the
 * kernels one after the other. Each kernel is seen as a matrix (outputs × inputs and taps), and its singular values
 * are driven towards one.
 */
export function buildMuonGraph({ kernels }: Shard): Uint8Array {
  const graph = new Graph();
  const sizes = kernels.map(({ start, end }) => end - start);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const momentum = graph.input('momentum', [total]);
  const shapes = sizes.map((size) => ({ dims: [size] }));
  const parts = graph.emitMany('Split', [momentum, graph.indices(sizes)], shapes, { axis: 0 });
  const directions = parts.map((part, i) => direction(part, sizes[i] ?? 0, kernels[i]?.rows ?? 1));
  graph.output(graph.emit('Concat', directions, [total], { attributes: { axis: 0 } }), 'direction');
  return graph.encode();
}

function direction(momentum: Tensor, size: number, rows: number): Tensor {
  const { graph } = momentum;
  const columns = size / rows;
  const matrix = rawReshape(momentum, [rows, columns]);
  // The products are as small as the shorter side when that side comes first.
  const lying = rows > columns ? transpose(matrix) : matrix;
  const orthogonal = orthogonalize(lying);
  const upright = rows > columns ? transpose(orthogonal) : orthogonal;
  const scale = graph.constant(UPDATE_SCALE * Math.sqrt(Math.max(rows, columns)));
  return rawReshape(elementwise('Mul', upright, scale), [size]);
}

function orthogonalize(matrix: Tensor): Tensor {
  const { graph } = matrix;
  const squares = graph.emit('ReduceSumSquare', [matrix], [1, 1], { attributes: { keepdims: 1 } });
  const norm = elementwise('Add', graph.emit('Sqrt', [squares], [1, 1]), graph.constant(1e-12));
  const x = elementwise('Div', matrix, norm);
  const [rows = 0, columns = 0] = matrix.dims;
  return columns < FLAT * rows ? iterate(x) : iterateOnGram(x);
}

/** X ← (A + B·G + C·G²)·X with G = X·Xᵀ */
function iterate(matrix: Tensor): Tensor {
  let x = matrix;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const gram = fusedMatrixProduct(x, x, { transposeB: true });
    const polynomial = elementwise('Add', times(gram, B), times(product(gram, gram), C));
    x = elementwise('Add', times(x, A), product(polynomial, x));
  }
  return x;
}

/**
 * The same on small matrices: every iterate is a polynomial of the first G times the first X, and polynomials of one
 * symmetric matrix commute. So P = A + B·G + C·G² is gathered in Q ← P·Q, G becomes P·G·P, and X is multiplied once.
 */
function iterateOnGram(x: Tensor): Tensor {
  const [rows = 0] = x.dims;
  const scaledIdentity = x.graph.constant(
    Float32Array.from({ length: rows * rows }, (_, i) => (i % (rows + 1) === 0 ? A : 0)),
    [rows, rows],
  );
  let gram = fusedMatrixProduct(x, x, { transposeB: true });
  let gathered: Tensor | undefined;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const curve = elementwise('Add', times(gram, B), times(product(gram, gram), C));
    const polynomial = elementwise('Add', curve, scaledIdentity);
    gathered = gathered ? product(polynomial, gathered) : polynomial;
    if (iteration < ITERATIONS - 1) gram = product(product(polynomial, gram), polynomial);
  }
  return gathered ? product(gathered, x) : x;
}

function product(a: Tensor, b: Tensor): Tensor {
  const [rows = 0] = a.dims;
  const [, columns = 0] = b.dims;
  return a.graph.emit('MatMul', [a, b], [rows, columns]);
}

function times(x: Tensor, factor: number): Tensor {
  return elementwise('Mul', x, x.graph.constant(factor));
}

function transpose(matrix: Tensor): Tensor {
  const [rows = 0, columns = 0] = matrix.dims;
  return matrix.graph.emit('Transpose', [matrix], [columns, rows], { attributes: { perm: [1, 0] } });
}
