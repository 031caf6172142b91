import { rawReshape } from './broadcasting.ts';
import { elementCount, type Tensor } from './tensor.ts';

/**
 * onnxruntime's `FusedMatMul`: a product of matrices (with equal leading dimensions) that takes either side transposed
 * without a copy. A vendor operator: fit for training graphs, never for an export.
 */
export function fusedMatrixProduct(
  a: Tensor,
  b: Tensor,
  { transposeA = false, transposeB = false }: { transposeA?: boolean; transposeB?: boolean } = {},
): Tensor {
  const rows = a.dims.at(transposeA ? -1 : -2);
  const columns = b.dims.at(transposeB ? -2 : -1);
  if (rows === undefined || columns === undefined) throw new Error(`${a.name} and ${b.name} are not matrices`);
  return a.graph.emit('FusedMatMul', [a, b], [...a.dims.slice(0, -2), rows, columns], {
    domain: 'com.microsoft',
    attributes: { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 },
  });
}

/** Sum over the first axis, as a product with ones: `ReduceSum` takes three times as long there. */
export function sumOverFirstAxis(x: Tensor): Tensor {
  const { graph } = x;
  const [n = 1, ...rest] = x.dims;
  const size = elementCount(rest);
  const ones = graph.constant(new Float32Array(n).fill(1), [1, n]);
  return rawReshape(graph.emit('MatMul', [ones, rawReshape(x, [n, size])], [1, size]), rest);
}
