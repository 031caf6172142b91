import type { FrozenNetwork, FrozenNode, Weights } from './frozen-network.ts';

const HARD_SWISH_SHIFT = 3;
const HARD_SWISH_RANGE = 6;

/**
 * The same function with fewer passes over its feature maps: what scales or shifts a convolution's output becomes a
 * part of its kernel and bias, and hard-swish, spelled out as x · clip(x + 3, 0, 6) / 6, becomes x · HardSigmoid(x).
 */
export function simplify(network: FrozenNetwork): FrozenNetwork {
  return new Simplification(network).result();
}

/** y = scale · x + shift, a number each for every channel or one for all. */
interface Affine {
  readonly scale: (channel: number) => number;
  readonly shift: (channel: number) => number;
}

class Simplification {
  readonly #network: FrozenNetwork;
  readonly #weights = new Map<string, Weights>();
  readonly #consumers = new Map<string, FrozenNode[]>();
  /** Outputs of nodes that have become a part of others. */
  readonly #merged = new Set<string>();

  constructor(network: FrozenNetwork) {
    this.#network = network;
    for (const node of network.nodes) {
      for (const name of node.inputs) this.#consumers.set(name, [...(this.#consumers.get(name) ?? []), node]);
    }
  }

  result(): FrozenNetwork {
    const nodes = this.#network.nodes.flatMap((node) => {
      if (this.#merged.has(node.output)) return [];
      const simpler = node.operator === 'Conv' ? [this.#convolution(node)] : (this.#hardSwish(node) ?? [node]);
      for (const name of simpler.flatMap(({ inputs }) => inputs)) this.#keep(name);
      return simpler;
    });
    return { ...this.#network, nodes, weights: this.#weights };
  }

  #keep(name: string): void {
    const weights = this.#network.weights.get(name);
    if (weights && !this.#weights.has(name)) this.#weights.set(name, weights);
  }

  #convolution(node: FrozenNode): FrozenNode {
    const [x = '', kernelName = '', biasName] = node.inputs;
    const kernel = this.#constant(kernelName);
    const [channels = 0] = kernel.dims;
    const values = Float64Array.from(kernel.data);
    const bias = biasName ? Float64Array.from(this.#constant(biasName).data) : new Float64Array(channels);
    const fanIn = values.length / channels;
    let { output } = node;
    for (let next = this.#affineAfter(output); next; next = this.#affineAfter(output)) {
      for (let channel = 0; channel < channels; channel++) {
        const scale = next.affine.scale(channel);
        bias[channel] = bias[channel]! * scale + next.affine.shift(channel);
        for (let i = channel * fanIn; i < (channel + 1) * fanIn; i++) values[i]! *= scale;
      }
      this.#merged.add(next.node.output);
      output = next.node.output;
    }
    const [foldedKernel, foldedBias] = [`${output}.kernel`, `${output}.bias`];
    this.#weights.set(foldedKernel, { dims: kernel.dims, data: Float32Array.from(values) });
    this.#weights.set(foldedBias, { dims: [channels], data: Float32Array.from(bias) });
    return { ...node, inputs: [x, foldedKernel, foldedBias], output };
  }

  #variableOf({ inputs }: FrozenNode): string {
    return inputs.find((name) => !this.#network.weights.has(name)) ?? '';
  }

  /** The node that is the only reader of a value and changes it by an affine function. */
  #affineAfter(value: string): { node: FrozenNode; affine: Affine } | undefined {
    const [node, ...others] = this.#consumers.get(value) ?? [];
    if (!node || others.length > 0 || this.#network.taps.includes(value)) return undefined;
    const affine = this.#affineOf(node);
    return affine && { node, affine };
  }

  #affineOf({ operator, inputs, attributes }: FrozenNode): Affine | undefined {
    if (operator === 'BatchNormalization') {
      const [scale, shift, mean, variance] = inputs.slice(1).map((name) => this.#constant(name).data);
      if (!scale || !shift || !mean || !variance) throw new Error('a BatchNormalization has five inputs');
      const epsilon = numberOf(attributes.epsilon);
      const factor = (channel: number) => scale[channel]! / Math.sqrt(variance[channel]! + epsilon);
      return { scale: factor, shift: (channel) => shift[channel]! - mean[channel]! * factor(channel) };
    }
    const constant = this.#operandOf(inputs);
    if (!constant) return undefined;
    const at = (channel: number) => constant[constant.length === 1 ? 0 : channel]!;
    if (operator === 'Mul') return { scale: at, shift: () => 0 };
    if (operator === 'Add') return { scale: () => 1, shift: at };
    return undefined;
  }

  #hardSwish(add: FrozenNode): FrozenNode[] | undefined {
    const shift = add.operator === 'Add' ? this.#operandOf(add.inputs) : undefined;
    if (shift?.length !== 1 || shift[0] !== HARD_SWISH_SHIFT) return undefined;
    const x = this.#variableOf(add);
    const clip = this.#only(add, 'Clip');
    const product = clip && this.#only(clip, 'Mul');
    const quotient = product && this.#only(product, 'Div');
    if (!quotient || !product.inputs.includes(x)) return undefined;
    const [least, most] = clip.inputs.slice(1).map((name) => this.#constant(name).data[0]);
    const divisor = this.#operandOf(quotient.inputs)?.[0];
    if (least !== 0 || most !== HARD_SWISH_RANGE || divisor !== HARD_SWISH_RANGE) return undefined;
    for (const { output } of [clip, product, quotient]) this.#merged.add(output);
    const gate = `${quotient.output}.gate`;
    const slope = { alpha: { float: 1 / HARD_SWISH_RANGE }, beta: { float: 0.5 } };
    return [
      { operator: 'HardSigmoid', inputs: [x], output: gate, attributes: slope },
      { operator: 'Mul', inputs: [x, gate], output: quotient.output, attributes: {} },
    ];
  }

  /** The only reader of a node's output, when it is this operator. */
  #only({ output }: FrozenNode, operator: string): FrozenNode | undefined {
    const [reader, ...others] = this.#consumers.get(output) ?? [];
    return others.length === 0 && reader?.operator === operator ? reader : undefined;
  }

  /** The constant one of a node's inputs. */
  #operandOf(inputs: readonly string[]): Float32Array | undefined {
    const name = inputs.find((input) => this.#network.weights.has(input));
    return name === undefined ? undefined : this.#constant(name).data;
  }

  #constant(name: string): Weights {
    const weights = this.#network.weights.get(name);
    if (!weights) throw new Error(`${name} is not a constant of the model`);
    return weights;
  }
}

function numberOf(attribute: FrozenNode['attributes'][string] | undefined): number {
  if (typeof attribute === 'object' && 'float' in attribute) return attribute.float;
  throw new Error('a BatchNormalization has an epsilon');
}
