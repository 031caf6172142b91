import { create, toBinary } from '@bufbuild/protobuf';
import {
  type AttributeProto,
  AttributeProtoSchema,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from '../onnx/onnx_pb.ts';
import { DataType, tensorOf } from '../onnx/tensors.ts';

const INT64 = 7;
/** `AttributeProto.AttributeType` */
const Attribute = { FLOAT: 1, INT: 2, INTS: 7, STRING: 3 } as const;

/** Builds small ONNX models; each step returns the name of the value that it makes. */
export class ModelBuilder {
  readonly #graph = create(GraphProtoSchema);
  readonly #random: () => number;
  #made = 0;

  /** @param seed of the weights */
  constructor(seed = 1) {
    let state = seed;
    // Numerical Recipes' linear congruential generator: weights only have to differ.
    this.#random = () => {
      state = (1664525 * state + 1013904223) % 2 ** 32;
      return state / 2 ** 32 - 0.5;
    };
  }

  input(name: string, dims: readonly number[]): string {
    this.#graph.input.push(valueInfo(name, dims));
    return name;
  }

  output(value: string, name: string): void {
    this.#add('Identity', [value], [name]);
    this.#graph.output.push(create(ValueInfoProtoSchema, { name }));
  }

  floats(values: readonly number[], dims: readonly number[] = [values.length]): string {
    const name = this.#next('floats');
    this.#graph.initializer.push(tensorOf(name, Float32Array.from(values), dims));
    return name;
  }

  int8(value: number): string {
    const name = this.#next('int8');
    this.#graph.initializer.push(tensorOf(name, Int8Array.of(value)));
    return name;
  }

  integers(...values: number[]): string {
    const name = this.#next('integers');
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#graph.initializer.push(
      create(TensorProtoSchema, { name, dataType: INT64, dims: [BigInt(values.length)], rawData }),
    );
    return name;
  }

  node(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, number | string | number[]>> = {},
  ): string {
    const name = this.#next(opType);
    this.#add(opType, input, [name], attributes);
    return name;
  }

  split(input: string, sizes: readonly number[]): string[] {
    const names = sizes.map(() => this.#next('Split'));
    this.#add('Split', [input, this.integers(...sizes)], names, { axis: 1 });
    return names;
  }

  /** Weights and bias are random. */
  convolution(x: string, from: number, to: number, { kernel = 1, stride = 1 } = {}): string {
    const pads = Array.from({ length: 4 }, () => (kernel - 1) / 2);
    const spread = 3 / Math.sqrt(from * kernel * kernel);
    const weights = this.floats(this.#values(to * from * kernel * kernel, spread), [to, from, kernel, kernel]);
    const strides = [stride, stride];
    return this.node('Conv', [x, weights, this.floats(this.#values(to, 0.5))], { strides, pads });
  }

  silu(x: string): string {
    return this.node('Mul', [x, this.node('Sigmoid', [x])]);
  }

  finish(opset = 17): Uint8Array {
    const opsetImport = [{ version: BigInt(opset) }];
    return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, opsetImport, graph: this.#graph }));
  }

  #add(
    opType: string,
    input: readonly string[],
    output: string[],
    attributes: Readonly<Record<string, number | string | number[]>> = {},
  ): void {
    const attribute = Object.entries(attributes).map(([name, value]) => attributeOf(name, value));
    this.#graph.node.push(create(NodeProtoSchema, { opType, input: [...input], output, attribute }));
  }

  #values(count: number, spread: number): number[] {
    return Array.from({ length: count }, () => spread * this.#random());
  }

  #next(what: string): string {
    this.#made += 1;
    return `${what}${this.#made}`;
  }
}

function attributeOf(name: string, value: number | string | number[]): AttributeProto {
  if (typeof value === 'string') {
    return create(AttributeProtoSchema, { name, type: Attribute.STRING, s: new TextEncoder().encode(value) });
  }
  if (Array.isArray(value)) {
    return create(AttributeProtoSchema, { name, type: Attribute.INTS, ints: value.map(BigInt) });
  }
  if (!Number.isInteger(value)) return create(AttributeProtoSchema, { name, type: Attribute.FLOAT, f: value });
  return create(AttributeProtoSchema, { name, type: Attribute.INT, i: BigInt(value) });
}

function valueInfo(name: string, dims: readonly number[]) {
  const shape = { dim: dims.map((size) => (size > 0 ? { dimValue: BigInt(size) } : { dimParam: 'any' })) };
  const type = create(TypeProtoSchema, { tensorType: { elemType: DataType.FLOAT, shape } });
  return create(ValueInfoProtoSchema, { name, type });
}
