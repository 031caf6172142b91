import { attribute, type GraphIndex } from './onnx/graph-index.ts';
import type { NodeProto, TensorProto } from './onnx/onnx_pb.ts';
import { DataType, dimsOf } from './onnx/tensors.ts';

/** A convolution or matrix product with constant float32 weights. */
export interface Layer {
  /** Of the value that its node makes: nodes may have no name, or all the same. */
  readonly name: string;
  readonly node: NodeProto;
  readonly input: string;
  /** Behind a ReLU, if that follows, as the integer kernel does its work; else the node's own output. */
  readonly output: string;
  readonly weights: TensorProto;
  /** The weights' axis that runs over output channels. */
  readonly channelAxis: 0 | 1;
  readonly bias: TensorProto | undefined;
}

/** The layers of a graph that can be quantized, in its order. */
export function layersOf(index: GraphIndex): Layer[] {
  return index.graph.node.flatMap((node) => layerOf(index, node) ?? []);
}

function layerOf({ constants, consumers }: GraphIndex, node: NodeProto): Layer | undefined {
  const channelAxis = channelAxisOf(node);
  const [input = '', weightsName = '', biasName = ''] = node.input;
  const weights = constants.get(weightsName);
  const bias = constants.get(biasName);
  if (channelAxis === undefined || weights?.dataType !== DataType.FLOAT) return undefined;
  if (biasName !== '' && bias?.dataType !== DataType.FLOAT) return undefined;
  // Products of more than two dimensions, or a bias that is spread over rows, have no channels of their own.
  if (node.opType !== 'Conv' && weights.dims.length !== 2) return undefined;
  if (bias && (bias.dims.length !== 1 || Number(bias.dims[0]) !== dimsOf(weights)[channelAxis])) return undefined;
  const [own = ''] = node.output;
  const readers = consumers.get(own) ?? [];
  const relu = readers.length === 1 && readers[0]?.opType === 'Relu' ? readers[0].output[0] : undefined;
  return { name: own, node, input, output: relu ?? own, weights, channelAxis, bias };
}

function channelAxisOf(node: NodeProto): 0 | 1 | undefined {
  if (node.opType === 'Conv') return 0;
  if (node.opType === 'MatMul') return 1;
  if (node.opType !== 'Gemm') return undefined;
  const scaled = ['alpha', 'beta'].some((name) => (attribute(node, name)?.f ?? 1) !== 1);
  const turned = attribute(node, 'transA')?.i === 1n;
  if (scaled || turned) return undefined;
  return attribute(node, 'transB')?.i === 1n ? 0 : 1;
}

/** Multiplications of a layer whose output has this many values. */
export function multiplicationsOf({ weights, channelAxis }: Layer, outputLength: number): number {
  const dims = dimsOf(weights);
  const perOutput = dims.reduce((product, size) => product * size, 1) / (dims[channelAxis] ?? 1);
  return outputLength * perOutput;
}
