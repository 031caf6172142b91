import { elementwise } from '../autodiff/broadcasting.ts';
import type { Tensor } from '../autodiff/tensor.ts';

/** Pixels as bytes → from 0 to 1, as the network takes them. */
export function unitRange(bytes: Tensor): Tensor {
  const { graph } = bytes;
  const floats = graph.emit('Cast', [bytes], bytes.dims, { attributes: { to: 1 } });
  return elementwise('Mul', floats, graph.constant(1 / 255));
}
