import {
  type AttributeProto,
  dimsOf,
  floatsOf,
  type GraphIndex,
  indexGraph,
  ModelProtoSchema,
} from '@assay/quantization/onnx';
import { fromBinary } from '@bufbuild/protobuf';
import type { AttributeValue } from '../onnx/model.ts';

/** Values that never change. */
export interface Weights {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

export interface FrozenNode {
  readonly operator: string;
  /** Names of other nodes' outputs, of weights, or of the network's input. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A trained network that stays as it is. */
export interface FrozenNetwork {
  readonly input: string;
  /** In the order in which they can be computed; each has one output. */
  readonly nodes: readonly FrozenNode[];
  readonly weights: ReadonlyMap<string, Weights>;
  /** The values that are asked for. */
  readonly taps: readonly string[];
}

/** `AttributeProto.AttributeType` of ONNX. */
const AttributeType = { FLOAT: 1, INT: 2, INTS: 7 } as const;

/**
 * The part of an ONNX model that computes the values `taps`.
 *
 * @throws Error when the model has no such value, or other attributes than numbers
 */
export function cutNetwork(model: Uint8Array, taps: readonly string[]): FrozenNetwork {
  const { graph } = fromBinary(ModelProtoSchema, model);
  const [input] = graph?.input ?? [];
  if (!graph || !input) throw new Error('the model has no graph with an input');
  const index = indexGraph(graph);
  const cut = { index, input: input.name, nodes: new Map<string, FrozenNode>(), weights: new Map<string, Weights>() };
  for (const tap of taps) take(tap, cut);
  return { input: cut.input, nodes: [...cut.nodes.values()], weights: cut.weights, taps };
}

interface Cut {
  readonly index: GraphIndex;
  readonly input: string;
  readonly nodes: Map<string, FrozenNode>;
  readonly weights: Map<string, Weights>;
}

/** Takes a value, and first all that it is computed from. */
function take(value: string, cut: Cut): void {
  const { index, input, nodes, weights } = cut;
  if (value === input || nodes.has(value) || weights.has(value)) return;
  const constant = index.constants.get(value);
  if (constant) {
    weights.set(value, { dims: dimsOf(constant), data: floatsOf(constant) });
    return;
  }
  const node = index.producers.get(value);
  if (!node) throw new Error(`the model computes no value named ${value}`);
  for (const name of node.input) take(name, cut);
  const attributes = Object.fromEntries(node.attribute.map((each) => [each.name, numbersOf(each, node.opType)]));
  nodes.set(value, { operator: node.opType, inputs: node.input, output: value, attributes });
}

function numbersOf({ name, type, f, i, ints }: AttributeProto, operator: string): AttributeValue {
  if (type === AttributeType.FLOAT) return { float: f };
  if (type === AttributeType.INT) return Number(i);
  if (type === AttributeType.INTS) return ints.map(Number);
  throw new Error(`${operator} has an attribute ${name} that is no number`);
}
