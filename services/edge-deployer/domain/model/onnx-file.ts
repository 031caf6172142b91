import { UnusableModel } from './unusable-model.ts';

/** Fields of ONNX's ModelProto (onnx.proto3): `ir_version` and `graph` have to be there. */
const IR_VERSION = 1;
const GRAPH = 7;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** A message that can hold tensors: which of its fields are of which other such message. */
interface Message {
  readonly [field: number]: Message;
}
const TENSOR: Message = {};
const SPARSE_TENSOR: Message = { 1: TENSOR, 2: TENSOR };
/** GraphProto, whose nodes (1) have attributes (5) that are tensors or graphs again. */
const GRAPH_MESSAGE: Message = {
  1: {
    5: {
      5: TENSOR,
      10: TENSOR,
      22: SPARSE_TENSOR,
      23: SPARSE_TENSOR,
      get 6(): Message {
        return GRAPH_MESSAGE;
      },
      get 11(): Message {
        return GRAPH_MESSAGE;
      },
    },
  },
  5: TENSOR,
  15: SPARSE_TENSOR,
};
/** ModelProto: its graph, and functions (25) with nodes (7). */
const MODEL: Message = { [GRAPH]: GRAPH_MESSAGE, 25: { 7: GRAPH_MESSAGE[1] ?? {} } };
/** TensorProto: where its values are in another file. */
const EXTERNAL_DATA = 13;
const DATA_LOCATION = 14;
/** Graphs in graphs; deeper ones nobody trains. */
const DEEPEST = 64;

/**
 * Checks that a file is an ONNX model by walking its protobuf messages to their last bytes, and that it is one by
 * itself: a tensor may name another file, any of the device, as the place of its values. Whether the network runs is
 * seen by the gate. Throws {@link UnusableModel}.
 */
export function checkOnnx(uri: string, bytes: Uint8Array): void {
  const refuse = (why: string): UnusableModel =>
    new UnusableModel(`model.onnx in ${uri} is not an ONNX model (${why}); register the trainer's own export`);
  const walk = (from: number, to: number, message: Message, depth: number): Set<number> => {
    if (depth > DEEPEST) throw refuse('its graphs are nested without end');
    const fields = new Set<number>();
    let position = from;
    while (position < to) {
      const tag = readVarint(bytes, position);
      if (tag === undefined || tag.end > to) throw refuse('it ends within a field');
      const [field, type] = [Math.floor(tag.value / 8), tag.value & 7];
      const end = endOfField(bytes, tag.end, type);
      if (field === 0 || end === undefined || end > to) throw refuse('it is no protobuf message');
      fields.add(field);
      const inner = message[field];
      if (inner !== undefined && type === LENGTH_DELIMITED) {
        walk(readVarint(bytes, tag.end)?.end ?? end, end, inner, depth + 1);
      }
      position = end;
    }
    if (message === TENSOR && (fields.has(EXTERNAL_DATA) || fields.has(DATA_LOCATION))) {
      throw refuse('its weights are in another file');
    }
    return fields;
  };
  const fields = walk(0, bytes.length, MODEL, 0);
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
