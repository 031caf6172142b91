/**
 * The few kinds of protobuf fields that a small ONNX file needs, as nested byte arrays. Only for test models: they are
 * written without anyone's exporter, so that a fault of an exporter can't hide in the test of what reads its files.
 */
export function integer(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

export function bytes(field: number, value: Iterable<number>): number[] {
  const content = [...value];
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
}

export function text(field: number, value: string): number[] {
  return bytes(field, new TextEncoder().encode(value));
}

export function message(field: number, ...parts: readonly number[][]): number[] {
  return bytes(field, parts.flat());
}

function varint(value: number): number[] {
  const digits: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) digits.push((rest & 127) | 128);
  return [...digits, rest];
}

const FLOAT = 1;
const INT64 = 7;

/** `GraphProto.node`; attributes are lists of whole numbers, or one. */
export function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
): number[] {
  const encoded = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'number'
      ? message(5, text(1, name), integer(3, value), integer(20, 2))
      : message(5, text(1, name), ...value.map((item) => integer(8, item)), integer(20, 7)),
  );
  return message(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, operator), ...encoded);
}

/** `GraphProto.initializer` of floats. */
export function floats(name: string, dims: readonly number[], values: readonly number[]): number[] {
  return message(
    5,
    ...dims.map((size) => integer(1, size)),
    integer(2, FLOAT),
    text(8, name),
    bytes(9, new Uint8Array(Float32Array.from(values).buffer)),
  );
}

/** `GraphProto.initializer` of int64. */
export function integers(name: string, values: readonly number[]): number[] {
  const content = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
  return message(5, integer(1, values.length), integer(2, INT64), text(8, name), bytes(9, content));
}

/** `GraphProto.input` (field 11) or `.output` (field 12) of floats. */
export function value(field: 11 | 12, name: string, dims: readonly number[]): number[] {
  const shape = message(2, ...dims.map((size) => message(1, integer(1, size))));
  return message(field, text(1, name), message(2, message(1, integer(1, FLOAT), shape)));
}

/** A `ModelProto` of opset 17 with this graph. */
export function model(...graph: readonly number[][]): Uint8Array {
  return Uint8Array.from([
    ...integer(1, 8),
    ...message(7, ...graph, text(2, 'test')),
    ...message(8, text(1, ''), integer(2, 17)),
  ]);
}
