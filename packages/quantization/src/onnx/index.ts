export { attribute, type GraphIndex, indexGraph } from './graph-index.ts';
export {
  type AttributeProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  ValueInfoProtoSchema,
} from './onnx_pb.ts';
export { dimsOf, floatsOf } from './tensors.ts';
