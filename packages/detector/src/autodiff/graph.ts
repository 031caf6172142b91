import {
  type AttributeValue,
  type ElementType,
  encodeModel,
  type InitializerDefinition,
  type NodeDefinition,
  type ValueDefinition,
} from '../onnx/model.ts';
import type { Tensor } from './tensor.ts';

type Gradients = readonly (Tensor | undefined)[];
/** One function an input, called only for the inputs through which gradients flow. */
type InputGradients = readonly (() => Tensor)[];

interface TapeEntry {
  readonly outputs: readonly Tensor[];
  readonly inputs: readonly Tensor[];
  readonly backward: (outputGradients: Gradients) => InputGradients;
}

interface OutputShape {
  readonly dims: readonly number[];
  readonly type?: ElementType;
}

interface EmitOptions {
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly type?: ElementType;
  readonly domain?: string;
}

const LARGEST_SHARED_CONSTANT = 8;

/**
 * An ONNX graph under construction, with the tape that reverse-mode differentiation reads backwards. The backward pass
 * is emitted into the same graph: what comes out is one model that answers with gradients.
 */
export class Graph {
  readonly #prelude: NodeDefinition[] = [];
  readonly #nodes: NodeDefinition[] = [];
  readonly #initializers: InitializerDefinition[] = [];
  readonly #inputs: ValueDefinition[] = [];
  readonly #outputs: ValueDefinition[] = [];
  readonly #sharedConstants = new Map<string, Tensor>();
  readonly #tape: TapeEntry[] = [];
  /** Channels that onnxruntime keeps side by side on this machine; undefined: use standard layouts only. */
  readonly channelBlock: number | undefined;
  #names = 0;
  #recording = true;

  constructor({ channelBlock }: { channelBlock?: number | undefined } = {}) {
    this.channelBlock = channelBlock;
  }

  input(name: string, dims: readonly number[], options: { type?: ElementType; tracked?: boolean } = {}): Tensor {
    const type = options.type ?? 'float32';
    this.#inputs.push({ name, type, dims });
    return { graph: this, name, dims, type, tracked: options.tracked ?? false };
  }

  output(tensor: Tensor, name: string): void {
    this.#nodes.push({ operator: 'Identity', inputs: [tensor.name], outputs: [name] });
    this.#outputs.push({ name, type: tensor.type, dims: tensor.dims });
  }

  /** Float constant; small ones are shared. A plain number becomes a scalar. */
  constant(values: number | ArrayLike<number>, dims?: readonly number[]): Tensor {
    const data = typeof values === 'number' ? Float32Array.of(values) : Float32Array.from(values);
    const shape = dims ?? (typeof values === 'number' ? [] : [data.length]);
    return this.#initializer('float32', shape, data);
  }

  /** int64 constant: axes, sizes, positions. */
  indices(values: readonly number[]): Tensor {
    return this.#initializer('int64', [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  /** Adds one node with one output. The result carries no gradient until `record` says how. */
  emit(
    operator: string,
    inputs: readonly (Tensor | null)[],
    dims: readonly number[],
    options: EmitOptions = {},
  ): Tensor {
    const [output] = this.#emit(operator, inputs, [{ dims, type: options.type }], options);
    if (!output) throw new Error(`${operator} was emitted without an output`);
    return output;
  }

  /** Adds one node with several outputs. */
  emitMany(
    operator: string,
    inputs: readonly (Tensor | null)[],
    outputs: readonly OutputShape[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): Tensor[] {
    return this.#emit(operator, inputs, outputs, { attributes });
  }

  /**
   * Adds a node that runs before all others. Parameters arrive as one flat vector whose parts are only known once the
   * network has been described.
   */
  emitFirst(node: NodeDefinition): void {
    this.#prelude.push(node);
  }

  /** Makes `output` differentiable with respect to `inputs`. */
  record(output: Tensor, inputs: readonly Tensor[], backward: (gradient: Tensor) => InputGradients): Tensor {
    const [tracked] = this.recordMany([output], inputs, ([gradient]) => (gradient ? backward(gradient) : []));
    return tracked ?? output;
  }

  /** As `record`, for an operator with several outputs; an output that nothing used has no gradient. */
  recordMany(
    outputs: readonly Tensor[],
    inputs: readonly Tensor[],
    backward: (gradients: Gradients) => InputGradients,
  ): Tensor[] {
    if (!this.#recording || !inputs.some((input) => input.tracked)) return [...outputs];
    const tracked = outputs.map((output) => ({ ...output, tracked: true }));
    this.#tape.push({ outputs: tracked, inputs, backward });
    return tracked;
  }

  /** Emits the backward pass of a scalar and returns its gradient with respect to each of `targets`. */
  gradients(loss: Tensor, targets: readonly Tensor[]): Tensor[] {
    const adjoints = new Map<string, Tensor>([[loss.name, this.constant(1)]]);
    this.#recording = false;
    for (const entry of this.#tape.toReversed()) this.#propagate(entry, adjoints);
    this.#recording = true;
    return targets.map((target) => {
      const gradient = adjoints.get(target.name);
      if (!gradient) throw new Error(`${target.name} does not influence ${loss.name}: no gradient reaches it`);
      return gradient;
    });
  }

  encode(metadata?: Readonly<Record<string, string>>): Uint8Array {
    return encodeModel({
      nodes: [...this.#prelude, ...this.#nodes],
      inputs: this.#inputs,
      outputs: this.#outputs,
      initializers: this.#initializers,
      metadata,
    });
  }

  #propagate(entry: TapeEntry, adjoints: Map<string, Tensor>): void {
    const outputGradients = entry.outputs.map((output) => adjoints.get(output.name));
    if (outputGradients.every((gradient) => gradient === undefined)) return;
    const inputGradients = entry.backward(outputGradients);
    for (const [position, input] of entry.inputs.entries()) {
      const gradient = input.tracked ? inputGradients[position]?.() : undefined;
      if (!gradient) continue;
      const sum = adjoints.get(input.name);
      adjoints.set(input.name, sum ? this.emit('Add', [sum, gradient], input.dims) : gradient);
    }
  }

  #emit(
    operator: string,
    inputs: readonly (Tensor | null)[],
    outputs: readonly OutputShape[],
    { attributes, domain }: EmitOptions,
  ): Tensor[] {
    const tensors = outputs.map(
      ({ dims, type }): Tensor => ({
        graph: this,
        name: this.#freshName(operator),
        dims,
        type: type ?? 'float32',
        tracked: false,
      }),
    );
    const inputNames = inputs.map((input) => input?.name ?? '');
    this.#nodes.push({ operator, domain, inputs: inputNames, outputs: tensors.map(({ name }) => name), attributes });
    return tensors;
  }

  #initializer(type: ElementType, dims: readonly number[], data: Float32Array | BigInt64Array): Tensor {
    const key = data.length <= LARGEST_SHARED_CONSTANT ? `${type}|${dims}|${data}` : undefined;
    const shared = key === undefined ? undefined : this.#sharedConstants.get(key);
    if (shared) return shared;
    const name = this.#freshName('constant');
    this.#initializers.push({ name, type, dims, data });
    const tensor: Tensor = { graph: this, name, dims, type, tracked: false };
    if (key !== undefined) this.#sharedConstants.set(key, tensor);
    return tensor;
  }

  #freshName(prefix: string): string {
    this.#names += 1;
    return `${prefix}_${this.#names}`;
  }
}
