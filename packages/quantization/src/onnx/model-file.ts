import { clone, fromBinary, toBinary } from '@bufbuild/protobuf';
import { QuantizationError } from '../errors.ts';
import { type GraphProto, GraphProtoSchema, type ModelProto, ModelProtoSchema } from './onnx_pb.ts';

/** Since opset 13 QuantizeLinear and DequantizeLinear know an axis, which a scale for each channel needs. */
const LOWEST_OPSET = 13n;

/** `TensorProto.DataLocation` */
const EXTERNAL = 1;

/** A model that has a graph. */
export type OnnxModel = ModelProto & { graph: GraphProto };

/**
 * Reads an ONNX file. What this package has no words for is kept and written again.
 *
 * @throws QuantizationError `model-unreadable`, or `model-unsuitable` when its opset is too old or its weights lie beside it
 */
export function readModel(bytes: Uint8Array): OnnxModel {
  const model = parse(bytes);
  if (!hasNodes(model)) throw unreadable(bytes, 'it has no graph with nodes');
  const opset = model.opsetImport.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version;
  if (opset === undefined || opset < LOWEST_OPSET) {
    throw new QuantizationError(
      'model-unsuitable',
      `The model is of opset ${opset ?? 'unknown'}; a scale for each channel needs ${LOWEST_OPSET} or newer. ` +
        'Export the trained network again with opset 17.',
    );
  }
  const beside = model.graph.initializer.find(({ dataLocation }) => dataLocation === EXTERNAL);
  if (beside) {
    throw new QuantizationError(
      'model-unsuitable',
      `The values of ${beside.name} are in a file beside the model. Export the model with its weights inside.`,
    );
  }
  return model;
}

export function writeModel(model: OnnxModel): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

/** A copy that may be changed. */
export function copyOf(model: OnnxModel): OnnxModel {
  return Object.assign(clone(ModelProtoSchema, model), { graph: clone(GraphProtoSchema, model.graph) });
}

function hasNodes(model: ModelProto): model is OnnxModel {
  return model.graph !== undefined && model.graph.node.length > 0;
}

function parse(bytes: Uint8Array): ModelProto {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw unreadable(bytes, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function unreadable(bytes: Uint8Array, reason: string, cause?: unknown): QuantizationError {
  return new QuantizationError(
    'model-unreadable',
    `The model (${bytes.length} bytes) isn't an ONNX file: ${reason}. Take model.onnx from a model.tar.gz that a trainer wrote.`,
    { cause },
  );
}
