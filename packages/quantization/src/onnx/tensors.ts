import { create } from '@bufbuild/protobuf';
import { QuantizationError } from '../errors.ts';
import { type TensorProto, TensorProtoSchema } from './onnx_pb.ts';

/** `TensorProto.DataType` */
export const DataType = { FLOAT: 1, UINT8: 2, INT8: 3, INT32: 6 } as const;

export const dimsOf = ({ dims }: TensorProto): number[] => dims.map(Number);

/**
 * The values of a float32 tensor.
 *
 * @throws QuantizationError `model-unreadable` when their number isn't that of the shape
 */
export function floatsOf(tensor: TensorProto): Float32Array {
  const { rawData } = tensor;
  const count = dimsOf(tensor).reduce((product, size) => product * size, 1);
  // The bytes may begin anywhere in the file; a copy is aligned. (A Buffer's own `slice` would be none.)
  const values =
    rawData.length > 0
      ? new Float32Array(new Uint8Array(rawData.subarray(0, rawData.length & ~3)).buffer)
      : Float32Array.from(tensor.floatData);
  if (values.length === count) return values;
  throw new QuantizationError(
    'model-unreadable',
    `${tensor.name} has ${values.length} values, but its shape [${dimsOf(tensor).join(', ')}] needs ${count}: the model is damaged.`,
  );
}

const TYPES = [
  [Float32Array, DataType.FLOAT],
  [Uint8Array, DataType.UINT8],
  [Int8Array, DataType.INT8],
  [Int32Array, DataType.INT32],
] as const;

/** An initializer; a scalar when no dimensions are given. */
export function tensorOf(
  name: string,
  values: Float32Array | Uint8Array | Int8Array | Int32Array,
  dims: readonly number[] = [],
): TensorProto {
  const [, dataType] = TYPES.find(([type]) => values instanceof type) ?? [];
  return create(TensorProtoSchema, {
    name,
    dataType,
    dims: dims.map(BigInt),
    rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });
}
