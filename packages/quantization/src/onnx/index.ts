export { type GraphIndex, indexGraph } from './graph-index.ts';
export { type AttributeProto, ModelProtoSchema, ValueInfoProtoSchema } from './onnx_pb.ts';
export { dimsOf, floatsOf } from './tensors.ts';
