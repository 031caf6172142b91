import type { AttributeProto, GraphProto, NodeProto, TensorProto } from './onnx_pb.ts';

/** Who makes and who reads each value of a graph. */
export interface GraphIndex {
  readonly graph: GraphProto;
  readonly producers: ReadonlyMap<string, NodeProto>;
  /** Each node once, however often it reads the value. */
  readonly consumers: ReadonlyMap<string, readonly NodeProto[]>;
  /** Initializers that no input of the same name can override, and what nodes make of them without changing them. */
  readonly constants: ReadonlyMap<string, TensorProto>;
}

export function indexGraph(graph: GraphProto): GraphIndex {
  const producers = new Map<string, NodeProto>();
  const consumers = new Map<string, NodeProto[]>();
  for (const node of graph.node) {
    for (const name of node.output) producers.set(name, node);
    for (const name of new Set(readsOf(node))) {
      const known = consumers.get(name);
      if (known) known.push(node);
      else consumers.set(name, [node]);
    }
  }
  return { graph, producers, consumers, constants: constantsOf(graph) };
}

/** A node's inputs, and what the graphs in its attributes (If, Loop) read of the graph around them without saying so. */
export function readsOf({ input, attribute }: NodeProto): string[] {
  const graphs = attribute.flatMap(({ g, graphs: more }) => (g ? [g, ...more] : more));
  const within = graphs.flatMap(({ node, output }) => [...node.flatMap(readsOf), ...output.map(({ name }) => name)]);
  return [...input, ...within];
}

function constantsOf(graph: GraphProto): Map<string, TensorProto> {
  const inputs = new Set(graph.input.map(({ name }) => name));
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const name of inputs) constants.delete(name);
  for (const node of graph.node) {
    const [output = ''] = node.output;
    const tensor =
      node.opType === 'Constant'
        ? attribute(node, 'value')?.t
        : // PyTorch's exporter keeps equal weights once, and names the others by an Identity.
          node.opType === 'Identity' && constants.get(node.input[0] ?? '');
    if (tensor) constants.set(output, tensor);
  }
  return constants;
}

export function attribute(node: NodeProto, name: string): AttributeProto | undefined {
  return node.attribute.find((each) => each.name === name);
}
