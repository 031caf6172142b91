import { dims4, type Tensor } from '../autodiff/tensor.ts';
import type { FrozenNetwork, FrozenNode } from './frozen-network.ts';

/**
 * Writes a frozen network into the graph of its input; no gradient flows through it.
 *
 * @param input [N, C, H, W]
 * @returns the network's taps
 * @throws Error for an operator whose shape isn't known here
 */
export function embed({ nodes, weights, taps, input: name }: FrozenNetwork, input: Tensor): Tensor[] {
  const { graph } = input;
  const values = new Map<string, Tensor>([[name, input]]);
  const valueNamed = (wanted: string): Tensor => {
    const known = values.get(wanted);
    if (known) return known;
    const constant = weights.get(wanted);
    if (!constant) throw new Error(`the frozen network has no value named ${wanted}`);
    const value = graph.constant(constant.data, constant.dims);
    values.set(wanted, value);
    return value;
  };
  for (const node of nodes) {
    const inputs = node.inputs.map(valueNamed);
    values.set(node.output, graph.emit(node.operator, inputs, dimsOf(node, inputs), { attributes: node.attributes }));
  }
  return taps.map(valueNamed);
}

function dimsOf({ operator, attributes }: FrozenNode, inputs: readonly Tensor[]): readonly number[] {
  const [x, second] = inputs;
  if (!x) throw new Error(`${operator} has no input`);
  switch (operator) {
    case 'Conv': {
      const [n, , h, w] = dims4(x);
      const { strides } = attributes;
      const [down = 1, right = 1] = Array.isArray(strides) ? strides : [];
      // Padded by half of the kernel, as all of them are here.
      return [n, second?.dims[0] ?? 0, Math.ceil(h / down), Math.ceil(w / right)];
    }
    case 'HardSigmoid':
    case 'Mul': // by its gate
      return x.dims;
    default:
      throw new Error(`the shape of what a frozen ${operator} answers is not known`);
  }
}
