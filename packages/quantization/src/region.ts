import type { Layer } from './layers.ts';
import { attribute, type GraphIndex } from './onnx/graph-index.ts';
import type { NodeProto } from './onnx/onnx_pb.ts';

/** Which part of a graph computes with integers. */
export interface Region {
  readonly layers: readonly Layer[];
  /** Nodes between layers that stay with integers too. */
  readonly between: readonly NodeProto[];
  /** Sets of values that share a scale; every value at the edge of a node of the region is in one. */
  readonly values: readonly (readonly string[])[];
}

/** Operators for which onnxruntime has integer kernels, or which just move values. */
const COMPUTING = new Set(['Add', 'AveragePool', 'Concat', 'GlobalAveragePool', 'LeakyRelu', 'Mul', 'Sigmoid']);
/** Every output is a value of the input, so that one scale does for both. */
const MOVING = new Set(['MaxPool', 'Resize', 'Split']);

/**
 * The region that these layers span: what lies between them stays with integers, if onnxruntime can. What follows the
 * last layers stays in float: the arithmetic of boxes and scores, which share one output that has one scale only.
 */
export function regionOf(index: GraphIndex, layers: readonly Layer[]): Region {
  const between = betweenOf(index, layers);
  const values = new Set<string>();
  for (const { input, output } of layers) values.add(input).add(output);
  for (const node of between) for (const name of [...dataOf(index, node), ...node.output]) values.add(name);
  return { layers, between, values: sharing(values, between) };
}

/** The values that nothing in the region reads: it ends with them. */
export function endsOf({ layers, between, values }: Region): Set<string> {
  const read = new Set([...layers.map(({ input }) => input), ...between.flatMap(({ input }) => input)]);
  return new Set(values.flat().filter((name) => !read.has(name)));
}

/** The largest set of nodes, each of which has an input from the region and a reader in it. */
function betweenOf(index: GraphIndex, layers: readonly Layer[]): NodeProto[] {
  const inside = new Set(index.graph.node.filter((node) => isBetween(index, node)));
  const made = new Set(layers.map(({ output }) => output));
  const read = new Set(layers.map(({ input }) => input));
  const belongs = (node: NodeProto) => {
    const fromInside = dataOf(index, node).some((name) => made.has(name) || inside.has(index.producers.get(name)!));
    const toInside = node.output.some(
      (name) => read.has(name) || index.consumers.get(name)?.some((reader) => inside.has(reader)),
    );
    return fromInside && toInside;
  };
  for (let shrinking = true; shrinking; ) {
    shrinking = false;
    for (const node of inside) if (!belongs(node)) shrinking = inside.delete(node);
  }
  return [...inside];
}

function isBetween(index: GraphIndex, node: NodeProto): boolean {
  if (node.domain !== '' && node.domain !== 'ai.onnx') return false;
  if (node.opType === 'Split') return true;
  // MaxPool's second output is of indices.
  if (node.output.length !== 1) return false;
  // Cubic interpolation goes beyond the values it is between, and has no integer kernel.
  if (MOVING.has(node.opType)) return new TextDecoder().decode(attribute(node, 'mode')?.s) !== 'cubic';
  return COMPUTING.has(node.opType) && node.input.every((name) => !index.constants.has(name));
}

/** The inputs that are computed values; what moves values has sizes beside them, which may be computed as well. */
function dataOf({ constants }: GraphIndex, { opType, input }: NodeProto): string[] {
  const data = MOVING.has(opType) ? input.slice(0, 1) : input;
  return data.filter((name) => name !== '' && !constants.has(name));
}

function sharing(values: ReadonlySet<string>, between: readonly NodeProto[]): string[][] {
  const groups = new Map([...values].map((name) => [name, [name]]));
  for (const { opType, input, output } of between) {
    if (!MOVING.has(opType)) continue;
    const joined = [...new Set([input[0] ?? '', ...output].flatMap((name) => groups.get(name) ?? []))];
    for (const name of joined) groups.set(name, joined);
  }
  return [...new Set(groups.values())];
}
