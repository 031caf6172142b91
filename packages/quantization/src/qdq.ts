import { create } from '@bufbuild/protobuf';
import { type Affine, affineOf, type Range } from './affine.ts';
import { type Layer, layersOf } from './layers.ts';
import { type GraphIndex, indexGraph, readsOf } from './onnx/graph-index.ts';
import { copyOf, type OnnxModel } from './onnx/model-file.ts';
import { AttributeProtoSchema, type NodeProto, NodeProtoSchema, type TensorProto } from './onnx/onnx_pb.ts';
import { dimsOf, floatsOf, tensorOf } from './onnx/tensors.ts';
import { type Region, regionOf } from './region.ts';
import { quantizeWeights } from './weights.ts';

/** `AttributeProto.AttributeType` */
const INT = 2;

/**
 * A model with QuantizeLinear and DequantizeLinear around the layers of these names and around what lies between them
 * ("QDQ"), from which a runtime makes integer kernels. Every other node reads its values as before.
 *
 * @param ranges of every value that can be quantized
 */
export function withQuantization(
  model: OnnxModel,
  layers: ReadonlySet<string>,
  ranges: ReadonlyMap<string, Range>,
): OnnxModel {
  const copy = copyOf(model);
  const index = indexGraph(copy.graph);
  const region = regionOf(
    index,
    layersOf(index).filter(({ name }) => layers.has(name)),
  );
  const writer = new QdqWriter(index, region);
  for (const values of region.values) {
    const affine = affineOf(commonRange(values, ranges));
    for (const value of values) writer.quantizeValue(value, affine);
  }
  for (const layer of region.layers) writer.quantizeLayer(layer);
  writer.finish();
  return copy;
}

function commonRange(values: readonly string[], ranges: ReadonlyMap<string, Range>): Range {
  const known = values.map((name) => {
    const range = ranges.get(name);
    if (!range) throw new Error(`no range is known of ${name}`);
    return range;
  });
  return {
    lowest: Math.min(...known.map(({ lowest }) => lowest)),
    highest: Math.max(...known.map(({ highest }) => highest)),
  };
}

class QdqWriter {
  readonly #index: GraphIndex;
  readonly #inside: ReadonlySet<NodeProto>;
  readonly #taken: Set<string>;
  readonly #affines = new Map<string, Affine>();
  readonly #initializers = new Map<string, TensorProto>();
  readonly #first: NodeProto[] = [];
  readonly #after = new Map<NodeProto, NodeProto[]>();

  constructor(index: GraphIndex, { layers, between }: Region) {
    this.#index = index;
    const producers = layers.map(({ output }) => index.producers.get(output)).filter((node) => node !== undefined);
    this.#inside = new Set([...layers.map(({ node }) => node), ...producers, ...between]);
    this.#taken = new Set([
      ...index.producers.keys(),
      ...index.consumers.keys(),
      ...index.graph.initializer.map(({ name }) => name),
    ]);
  }

  /** Where a node of the region makes the value, all read it rounded; else only the region does. */
  quantizeValue(name: string, affine: Affine): void {
    this.#affines.set(name, affine);
    const producer = this.#index.producers.get(name);
    const made = producer !== undefined && this.#inside.has(producer);
    const before = made ? this.#unused(`${name}_float`) : name;
    const after = made ? name : this.#unused(`${name}_rounded`);
    if (made) producer.output = producer.output.map((each) => (each === name ? before : each));
    else {
      for (const reader of this.#index.consumers.get(name) ?? []) {
        if (this.#inside.has(reader)) reader.input = reader.input.map((each) => (each === name ? after : each));
      }
    }
    const integers = this.#unused(`${name}_integers`);
    const parameters = [
      this.#constant(`${name}_scale`, Float32Array.of(affine.scale)),
      this.#constant(`${name}_zero_point`, Uint8Array.of(affine.zeroPoint)),
    ];
    const nodes = producer ? this.#nodesAfter(producer) : this.#first;
    nodes.push(
      node('QuantizeLinear', [before, ...parameters], integers),
      node('DequantizeLinear', [integers, ...parameters], after),
    );
  }

  /** Call it once the layer's input is quantized. */
  quantizeLayer({ node: layer, input, weights, bias, channelAxis, name }: Layer): void {
    const affine = this.#affines.get(input);
    if (!affine) throw new Error(`the input ${input} of ${name} has no scale`);
    const dims = dimsOf(weights);
    const quantized = quantizeWeights(floatsOf(weights), bias ? floatsOf(bias) : new Float32Array(), {
      channels: dims[channelAxis] ?? 1,
      channelAxis,
      inputScale: affine.scale,
    });
    const base = layer.output[0] ?? name;
    layer.input[1] = this.#dequantized(`${base}_weights`, quantized.weights, dims, quantized.scales, channelAxis);
    if (bias) {
      layer.input[2] = this.#dequantized(
        `${base}_bias`,
        quantized.bias,
        [quantized.bias.length],
        quantized.biasScales,
        0,
      );
    }
  }

  /** Puts nodes and initializers into the graph and takes weights out that nobody reads any more. */
  finish(): void {
    const { graph, constants, consumers } = this.#index;
    graph.node = [...this.#first, ...graph.node.flatMap((each) => [each, ...(this.#after.get(each) ?? [])])];
    const wasRead = (name: string) => constants.has(name) && consumers.has(name);
    for (let shrinking = true; shrinking; ) {
      const read = new Set([...graph.node.flatMap(readsOf), ...graph.output.map(({ name }) => name)]);
      const kept = graph.node.filter(({ output: [made = ''] }) => !wasRead(made) || read.has(made));
      shrinking = kept.length < graph.node.length;
      graph.node = kept;
      graph.initializer = graph.initializer.filter(({ name }) => !wasRead(name) || read.has(name));
    }
    graph.initializer.push(...this.#initializers.values());
  }

  #dequantized(
    base: string,
    values: Int8Array | Int32Array,
    dims: readonly number[],
    scales: Float32Array,
    axis: number,
  ): string {
    const result = this.#unused(base);
    const integers = this.#constant(`${base}_integers`, values, dims);
    const inputs = [integers, this.#constant(`${base}_scale`, scales, [scales.length])];
    // onnxruntime fuses a convolution only when its weights' zero point is written down, though zero is the default.
    if (values instanceof Int8Array) {
      inputs.push(this.#constant(`${base}_zero_point`, new Int8Array(scales.length), [scales.length]));
    }
    const dequantize = node('DequantizeLinear', inputs, result);
    dequantize.attribute.push(create(AttributeProtoSchema, { name: 'axis', type: INT, i: BigInt(axis) }));
    this.#first.push(dequantize);
    return result;
  }

  #constant(base: string, values: Parameters<typeof tensorOf>[1], dims: readonly number[] = []): string {
    const name = this.#unused(base);
    this.#initializers.set(name, tensorOf(name, values, dims));
    return name;
  }

  #nodesAfter(producer: NodeProto): NodeProto[] {
    const nodes = this.#after.get(producer) ?? [];
    this.#after.set(producer, nodes);
    return nodes;
  }

  #unused(base: string): string {
    let name = base;
    for (let attempt = 2; this.#taken.has(name); attempt++) name = `${base}_${attempt}`;
    this.#taken.add(name);
    return name;
  }
}

function node(opType: string, input: string[], output: string): NodeProto {
  return create(NodeProtoSchema, { opType, input, output: [output], name: output });
}
