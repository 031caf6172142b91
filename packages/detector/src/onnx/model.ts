import { ProtobufWriter } from './protobuf-writer.ts';

/** `TensorProto.DataType` numbers of the ONNX specification, under the names that onnxruntime uses. */
export const elementTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9 } as const;
export type ElementType = keyof typeof elementTypes;

/** A whole number, a list of whole numbers, a string, or an explicit float. */
export type AttributeValue = number | readonly number[] | string | { readonly float: number };

export interface NodeDefinition {
  readonly operator: string;
  /** Operator domain; absent for the standard one. */
  readonly domain?: string;
  /** Names of values; an empty string leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

export interface ValueDefinition {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
}

export interface InitializerDefinition extends ValueDefinition {
  readonly data: Float32Array | BigInt64Array | Uint8Array;
}

export interface ModelDefinition {
  readonly nodes: readonly NodeDefinition[];
  readonly inputs: readonly ValueDefinition[];
  readonly outputs: readonly ValueDefinition[];
  readonly initializers: readonly InitializerDefinition[];
  readonly metadata?: Readonly<Record<string, string>>;
}

const IR_VERSION = 8;
const OPSET = 17;
const PRODUCER = 'assay';

/** Encodes a `ModelProto` (opset 17). Field numbers are those of onnx.proto3. */
export function encodeModel(model: ModelDefinition): Uint8Array {
  const writer = new ProtobufWriter();
  writer.integer(1, IR_VERSION);
  writer.text(2, PRODUCER);
  writer.message(7, (graph) => writeGraph(graph, model));
  for (const [domain, version] of operatorSets(model.nodes)) {
    writer.message(8, (operatorSet) => {
      operatorSet.text(1, domain);
      operatorSet.integer(2, version);
    });
  }
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    writer.message(14, (entry) => {
      entry.text(1, key);
      entry.text(2, value);
    });
  }
  return writer.finish();
}

/** Vendor domains are named only when a node needs them, so that an export stays free of them. */
function operatorSets(nodes: readonly NodeDefinition[]): Map<string, number> {
  const sets = new Map([['', OPSET]]);
  for (const node of nodes) if (node.domain) sets.set(node.domain, 1);
  return sets;
}

function writeGraph(writer: ProtobufWriter, model: ModelDefinition): void {
  for (const node of model.nodes) writer.message(1, (nested) => writeNode(nested, node));
  writer.text(2, 'detector');
  for (const tensor of model.initializers) writer.message(5, (nested) => writeInitializer(nested, tensor));
  for (const input of model.inputs) writer.message(11, (nested) => writeValue(nested, input));
  for (const output of model.outputs) writer.message(12, (nested) => writeValue(nested, output));
}

function writeNode(writer: ProtobufWriter, node: NodeDefinition): void {
  for (const input of node.inputs) writer.text(1, input);
  for (const output of node.outputs) writer.text(2, output);
  writer.text(3, `${node.outputs[0]}/${node.operator}`);
  writer.text(4, node.operator);
  if (node.domain) writer.text(7, node.domain);
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    writer.message(5, (attribute) => {
      attribute.text(1, name);
      writeAttributeValue(attribute, value);
    });
  }
}

/** Value field first, then the `AttributeType` number in field 20. */
function writeAttributeValue(writer: ProtobufWriter, value: AttributeValue): void {
  if (typeof value === 'number') {
    writer.integer(3, value);
    writer.integer(20, 2);
  } else if (typeof value === 'string') {
    writer.text(4, value);
    writer.integer(20, 3);
  } else if ('float' in value) {
    writer.float(2, value.float);
    writer.integer(20, 1);
  } else {
    for (const item of value) writer.integer(8, item);
    writer.integer(20, 7);
  }
}

function writeInitializer(writer: ProtobufWriter, tensor: InitializerDefinition): void {
  for (const size of tensor.dims) writer.integer(1, size);
  writer.integer(2, elementTypes[tensor.type]);
  writer.text(8, tensor.name);
  writer.bytes(9, new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength));
}

function writeValue(writer: ProtobufWriter, value: ValueDefinition): void {
  writer.text(1, value.name);
  writer.message(2, (type) => {
    type.message(1, (tensorType) => {
      tensorType.integer(1, elementTypes[value.type]);
      tensorType.message(2, (shape) => {
        for (const size of value.dims) shape.message(1, (dimension) => dimension.integer(1, size));
      });
    });
  });
}
