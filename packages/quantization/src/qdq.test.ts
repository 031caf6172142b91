import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { layersOf } from './layers.ts';
import { indexGraph } from './onnx/graph-index.ts';
import { type OnnxModel, readModel, writeModel } from './onnx/model-file.ts';
import { loadNetwork } from './onnx/network.ts';
import { AttributeProtoSchema, GraphProtoSchema, NodeProtoSchema } from './onnx/onnx_pb.ts';
import { withQuantization } from './qdq.ts';
import { ModelBuilder } from './testing/model-builder.ts';
import { blobs, smallDetector } from './testing/small-detector.ts';

const anyRange = new Map<string, { lowest: number; highest: number }>();
anyRange.get = () => ({ lowest: -4, highest: 4 });

const namesOf = (model: OnnxModel) => layersOf(indexGraph(model.graph)).map(({ name }) => name);
const quantized = (model: OnnxModel, but: readonly string[] = []) =>
  withQuantization(model, new Set(namesOf(model).filter((name) => !but.includes(name))), anyRange);

/** How often each operator is in what onnxruntime makes of a model. */
async function optimized(model: OnnxModel): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'quantization-'));
  try {
    const optimizedModelFilePath = join(folder, 'optimized.onnx');
    const session = await InferenceSession.create(writeModel(model), { optimizedModelFilePath, logSeverityLevel: 4 });
    await session.release();
    const operators = readModel(await readFile(optimizedModelFilePath)).graph.node.map(({ opType }) => opType);
    return Object.fromEntries(
      [...new Set(operators)].map((each) => [each, operators.filter((other) => other === each).length]),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('of a quantized detector onnxruntime makes', () => {
  it('integer kernels of every layer and of all that lies between', async () => {
    const operators = await optimized(quantized(readModel(smallDetector())));
    expect(operators).toMatchObject({
      QLinearConv: 10,
      QLinearSigmoid: 8,
      QLinearMul: 8,
      QLinearAdd: 1,
      QLinearConcat: 2,
    });
    expect(operators).not.toHaveProperty('Conv');
  });

  it('float arithmetic of boxes and scores, whose output has one scale only', async () => {
    expect(await optimized(quantized(readModel(smallDetector())))).toMatchObject({
      Sigmoid: 1,
      Exp: 1,
      Concat: 1,
      // The image; nothing after the last layers.
      QuantizeLinear: 1,
    });
  });

  it('a float kernel of a layer that was left out, and of its activation', async () => {
    const model = readModel(smallDetector());
    const [, , third = ''] = namesOf(model);
    const operators = await optimized(quantized(model, [third]));
    expect(operators).toMatchObject({ QLinearConv: 9, QLinearSigmoid: 7 });
    expect(operators.Conv).toBe(1);
  });
});

describe('a model with quantized layers', () => {
  it('gives nearly the float answers', async () => {
    const model = readModel(smallDetector());
    const [image = new Float32Array()] = blobs(1);
    await using float = await loadNetwork(model);
    await using integers = await loadNetwork(quantized(model));
    const expected = (await float.run(image)).get('output0')?.data ?? new Float32Array();
    const actual = (await integers.run(image)).get('output0')?.data ?? new Float32Array();
    const furthest = (from: number, to: number) =>
      Math.max(...expected.subarray(from, to).map((value, at) => Math.abs(value - (actual[from + at] ?? Number.NaN))));
    // Four boxes' sides of up to 9 pixels, then scores: a step of the last layers is 8 / 255.
    expect(furthest(0, 1024)).toBeLessThan(0.6);
    expect(furthest(1024, 2048)).toBeLessThan(0.03);
  });

  it('is the float model when none is chosen', () => {
    const bytes = smallDetector();
    expect(writeModel(withQuantization(readModel(bytes), new Set(), anyRange))).toEqual(bytes);
  });

  it('has no float weights left over, nor any that were written as constants', async () => {
    const net = new ModelBuilder();
    const x = net.input('images', [1, 3, 8, 8]);
    const weights = net.node('Identity', [net.floats(new Array(24).fill(0.5), [8, 3, 1, 1])]);
    net.output(net.node('Conv', [x, weights]), 'output0');
    const { graph } = quantized(readModel(net.finish()));
    expect(graph.initializer.filter(({ dataType, dims }) => dataType === 1 && dims.length === 4)).toEqual([]);
    expect(graph.node.map(({ opType }) => opType)).toContain('DequantizeLinear');
  });

  it('keeps float weights that a graph within a node reads', () => {
    const net = new ModelBuilder();
    const weights = net.floats(new Array(24).fill(0.5), [8, 3, 1, 1]);
    net.output(net.node('Conv', [net.input('images', [1, 3, 8, 8]), weights]), 'output0');
    net.node('If', ['condition']);
    const model = readModel(net.finish());
    const node = [create(NodeProtoSchema, { opType: 'ReduceSum', input: [weights], output: ['sum'] })];
    const branch = create(AttributeProtoSchema, { name: 'then_branch', g: create(GraphProtoSchema, { node }) });
    model.graph.node.find(({ opType }) => opType === 'If')?.attribute.push(branch);
    expect(quantized(model).graph.initializer.map(({ name }) => name)).toContain(weights);
  });

  it('reads the float value where a node outside of the region reads it too', async () => {
    const net = new ModelBuilder();
    const x = net.input('images', [1, 3, 8, 8]);
    net.output(net.convolution(x, 3, 8), 'output0');
    net.output(net.node('Neg', [x]), 'negative');
    const { graph } = quantized(readModel(net.finish()));
    expect(graph.node.find(({ opType }) => opType === 'Neg')?.input).toEqual(['images']);
    expect(graph.node.find(({ opType }) => opType === 'Conv')?.input).not.toContain('images');
  });

  it('takes the sizes that a graph computes for no values', async () => {
    const net = new ModelBuilder();
    const x = net.convolution(net.input('images', [1, 3, 8, 8]), 3, 8);
    const shape = net.node('Shape', [x]);
    const sizes = net.node('Mul', [shape, net.integers(1, 1, 2, 2)]);
    const doubled = net.node('Resize', [x, '', '', sizes], { mode: 'nearest' });
    net.output(net.convolution(doubled, 8, 8), 'output0');
    const operators = await optimized(quantized(readModel(net.finish())));
    expect(operators).toMatchObject({ QLinearConv: 2, Resize: 1, QuantizeLinear: 1 });
  });

  it('leaves in float what is interpolated beyond its values', async () => {
    const net = new ModelBuilder();
    const x = net.convolution(net.input('images', [1, 3, 8, 8]), 3, 8);
    const doubled = net.node('Resize', [x, '', net.floats([1, 1, 2, 2])], { mode: 'cubic' });
    net.output(net.convolution(doubled, 8, 8), 'output0');
    expect(await optimized(quantized(readModel(net.finish())))).toMatchObject({ QLinearConv: 2, QuantizeLinear: 2 });
  });

  it('keeps a ReLU within its layer', async () => {
    const net = new ModelBuilder();
    const inner = net.node('Relu', [net.convolution(net.input('images', [1, 3, 8, 8]), 3, 8)]);
    net.output(net.node('Relu', [net.convolution(inner, 8, 8)]), 'output0');
    const model = readModel(net.finish());
    const ranges = new Map<string, { lowest: number; highest: number }>();
    ranges.get = (name) => ({ lowest: name.startsWith('Relu') ? 0 : -1, highest: 1 });
    const operators = await optimized(withQuantization(model, new Set(namesOf(model)), ranges));
    expect(operators).toMatchObject({ QLinearConv: 2 });
    expect(operators).not.toHaveProperty('Relu');
  });

  it.each([0, 1])('computes a matrix product with integers (transB %i)', async (transB) => {
    const net = new ModelBuilder();
    const x = net.input('images', [1, 16]);
    const weights = net.floats(
      Array.from({ length: 128 }, (_, i) => Math.sin(i)),
      transB ? [8, 16] : [16, 8],
    );
    net.output(net.node('Gemm', [x, weights, net.floats(new Array(8).fill(0.1))], { transB }), 'output0');
    const model = readModel(net.finish());
    const image = Float32Array.from({ length: 16 }, (_, i) => i / 16);
    await using float = await loadNetwork(model);
    await using integers = await loadNetwork(quantized(model));
    const [expected, actual] = [await float.run(image), await integers.run(image)].map(
      (each) => each.get('output0')?.data,
    );
    expect(await optimized(quantized(model))).toHaveProperty('QGemm');
    for (const [at, value] of (actual ?? []).entries()) expect(value).toBeCloseTo(expected?.[at] ?? Number.NaN, 0.5);
  });
});
