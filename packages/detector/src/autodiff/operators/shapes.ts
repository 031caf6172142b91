import { elementwise, rawReshape } from '../broadcasting.ts';
import { dims4, elementCount, type Tensor } from '../tensor.ts';

export function reshape(x: Tensor, dims: readonly number[]): Tensor {
  if (elementCount(dims) !== elementCount(x.dims)) throw new Error(`[${x.dims}] can't be reshaped to [${dims}]`);
  return x.graph.record(rawReshape(x, dims), [x], (gradient) => [() => rawReshape(gradient, x.dims)]);
}

/** Cuts along `axis` into parts of the given sizes. */
export function split(x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  const { graph } = x;
  const shapes = sizes.map((size) => ({ dims: withSize(x.dims, axis, size) }));
  const parts = graph.emitMany('Split', [x, graph.indices(sizes)], shapes, { axis });
  return graph.recordMany(parts, [x], (gradients) => [
    () => {
      const pieces = parts.map(
        ({ dims }, i) => gradients[i] ?? graph.constant(new Float32Array(elementCount(dims)), dims),
      );
      return graph.emit('Concat', pieces, x.dims, { attributes: { axis } });
    },
  ]);
}

export function concatenate(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (!first) throw new Error('nothing to concatenate');
  const { graph } = first;
  const sizes = parts.map(({ dims }) => dims[axis] ?? 0);
  const dims = withSize(
    first.dims,
    axis,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  const whole = graph.emit('Concat', parts, dims, { attributes: { axis } });
  return graph.record(whole, parts, (gradient) => {
    const pieces = graph.emitMany('Split', [gradient, graph.indices(sizes)], parts, { axis });
    return pieces.map((piece) => () => piece);
  });
}

/** Doubles height and width, each pixel becoming four; the gradient is their sum. */
export function upsample(x: Tensor): Tensor {
  const { graph } = x;
  const [n, c, h, w] = dims4(x);
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
  const y = graph.emit('Resize', [x, null, graph.constant([1, 1, 2, 2])], [n, c, h * 2, w * 2], { attributes });
  return graph.record(y, [x], (gradient) => [
    () => {
      const window = { kernel_shape: [2, 2], strides: [2, 2] };
      const mean = graph.emit('AveragePool', [gradient], x.dims, { attributes: window });
      return elementwise('Mul', mean, graph.constant(4));
    },
  ]);
}

function withSize(dims: readonly number[], axis: number, size: number): number[] {
  return dims.map((old, position) => (position === axis ? size : old));
}
