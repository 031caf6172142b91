export { attribute, type GraphIndex, indexGraph } from './graph-index.ts';
export { readModel } from './model-file.ts';
export { type AttributeProto, ModelProtoSchema, ValueInfoProtoSchema } from './onnx_pb.ts';
export { dimsOf, floatsOf } from './tensors.ts';
