import { UnusableModel } from './unusable-model.ts';

/** Fields of ONNX's ModelProto (onnx.proto3): `ir_version` and `graph` have to be there. */
const IR_VERSION = 1;
const GRAPH = 7;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/**
 * Checks that a file is an ONNX model by walking the outermost protobuf message to its last byte. Whether the network
 * runs is seen by the gate; here the question is whether it is one at all. Throws {@link UnusableModel}.
 */
export function checkOnnx(uri: string, bytes: Uint8Array): void {
  const refuse = (why: string): UnusableModel =>
    new UnusableModel(`model.onnx in ${uri} is not an ONNX model (${why}); register the trainer's own export`);
  const fields = new Set<number>();
  let position = 0;
  while (position < bytes.length) {
    const tag = readVarint(bytes, position);
    if (tag === undefined) throw refuse('it ends within a field');
    const [field, type] = [tag.value >>> 3, tag.value & 7];
    const end = endOfField(bytes, tag.end, type);
    if (field === 0 || end === undefined || end > bytes.length) throw refuse('it is no protobuf message');
    fields.add(field);
    position = end;
  }
  if (!fields.has(IR_VERSION) || !fields.has(GRAPH)) throw refuse('it has no graph');
}

function endOfField(bytes: Uint8Array, start: number, type: number): number | undefined {
  switch (type) {
    case VARINT:
      return readVarint(bytes, start)?.end;
    case FIXED64:
      return start + 8;
    case LENGTH_DELIMITED: {
      const length = readVarint(bytes, start);
      return length && length.end + length.value;
    }
    case FIXED32:
      return start + 4;
    default:
      return undefined;
  }
}

/** Numbers up to 2^53; the values of longer ones don't matter here, their ends do. */
function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  return undefined;
}
