import type { FrozenNetwork, FrozenNode, Weights } from './frozen-network.ts';

const HARD_SWISH_SHIFT = 3;
const HARD_SWISH_RANGE = 6;

/**
 * The same function with fewer passes over its feature maps:
 * - what scales or shifts a convolution's output becomes a part of its kernel and bias, and so does the scale and shift
 *   of what a 1×1 convolution reads;
 * - a scale and shift that no convolution can take in becomes a depthwise 1×1 convolution of its own, because an operand
 *   of one number drives onnxruntime out of the layout in which it computes convolutions, and back;
 * - hard-swish, spelled out as x · clip(x + 3, 0, 6) / 6, becomes x · HardSigmoid(x).
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
  /** Of each value that a node answers with. */
  readonly #channels = new Map<string, number>();
  /** Scaled and shifted values that the 1×1 convolution which reads them makes for itself. */
  readonly #foldedIntoReader = new Map<string, { source: string; affine: Affine }>();
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
      const simpler = this.#simpler(node);
      for (const made of simpler) {
        for (const name of made.inputs) this.#keep(name);
        const channels = this.#channelsOf(made);
        if (channels !== undefined) this.#channels.set(made.output, channels);
      }
      return simpler;
    });
    return { ...this.#network, nodes, weights: this.#weights };
  }

  #simpler(node: FrozenNode): FrozenNode[] {
    if (node.operator === 'Conv') return [this.#convolution(node)];
    return this.#hardSwish(node) ?? this.#scaleAndShift(node) ?? [node];
  }

  /** All but a convolution answer with as many as they read. */
  #channelsOf({ operator, inputs: [x = '', kernel = ''] }: FrozenNode): number | undefined {
    return operator === 'Conv' ? this.#weights.get(kernel)?.dims[0] : this.#channels.get(x);
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
    const before = this.#foldedIntoReader.get(x);
    if (before) {
      for (let i = 0; i < values.length; i++) {
        bias[Math.floor(i / fanIn)]! += values[i]! * before.affine.shift(i % fanIn);
        values[i]! *= before.affine.scale(i % fanIn);
      }
    }
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
    const inputs = [before?.source ?? x, ...this.#kernelAndBias(output, kernel.dims, values, bias)];
    return { ...node, inputs, output };
  }

  #kernelAndBias(output: string, dims: readonly number[], kernel: Float64Array, bias: Float64Array): [string, string] {
    const names: [string, string] = [`${output}.kernel`, `${output}.bias`];
    this.#weights.set(names[0], { dims, data: Float32Array.from(kernel) });
    this.#weights.set(names[1], { dims: [bias.length], data: Float32Array.from(bias) });
    return names;
  }

  /** A scale and the shift after it that come after no convolution. */
  #scaleAndShift(scaling: FrozenNode): FrozenNode[] | undefined {
    const scale = this.#affineOf(scaling);
    const shift = scale && this.#affineAfter(scaling.output);
    if (!shift) return undefined;
    const source = this.#variableOf(scaling);
    const channels = this.#channels.get(source);
    if (channels === undefined) return undefined;
    const { output } = shift.node;
    this.#merged.add(output);
    const affine: Affine = {
      scale: (channel) => scale.scale(channel) * shift.affine.scale(channel),
      shift: (channel) => scale.shift(channel) * shift.affine.scale(channel) + shift.affine.shift(channel),
    };
    const reader = this.#onlyReader(output);
    if (reader && isPointwise(reader)) {
      this.#foldedIntoReader.set(output, { source, affine });
      return [];
    }
    const kernel = Float64Array.from({ length: channels }, (_, channel) => affine.scale(channel));
    const bias = kernel.map((_, channel) => affine.shift(channel));
    const attributes = {
      kernel_shape: [1, 1],
      group: channels,
      strides: [1, 1],
      pads: [0, 0, 0, 0],
      dilations: [1, 1],
    };
    const inputs = [source, ...this.#kernelAndBias(output, [channels, 1, 1, 1], kernel, bias)];
    return [{ operator: 'Conv', inputs, output, attributes }];
  }

  #variableOf({ inputs }: FrozenNode): string {
    return inputs.find((name) => !this.#network.weights.has(name)) ?? '';
  }

  /** The node that is the only reader of a value and changes it by an affine function. */
  #affineAfter(value: string): { node: FrozenNode; affine: Affine } | undefined {
    const node = this.#onlyReader(value);
    const affine = node && this.#affineOf(node);
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
    const reader = this.#onlyReader(output);
    return reader?.operator === operator ? reader : undefined;
  }

  /** The node that reads a value, when nobody else asks for it. */
  #onlyReader(value: string): FrozenNode | undefined {
    const [reader, ...others] = this.#consumers.get(value) ?? [];
    return others.length > 0 || this.#network.taps.includes(value) ? undefined : reader;
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

/** Reads each place by itself, so that no padding comes between a shift before it and its bias. */
function isPointwise({ operator, attributes: { kernel_shape: shape, group, pads } }: FrozenNode): boolean {
  const none = !Array.isArray(pads) || pads.every((pad) => pad === 0);
  return operator === 'Conv' && group === 1 && none && Array.isArray(shape) && shape.every((side) => side === 1);
}

function numberOf(attribute: FrozenNode['attributes'][string] | undefined): number {
  if (typeof attribute === 'object' && 'float' in attribute) return attribute.float;
  throw new Error('a BatchNormalization has an epsilon');
}
