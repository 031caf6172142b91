import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { calibrate } from '../calibration/calibrate.ts';
import { layersOf } from '../layers.ts';
import { type GraphIndex, indexGraph } from '../onnx/graph-index.ts';
import { type OnnxModel, readModel } from '../onnx/model-file.ts';
import { loadNetwork } from '../onnx/network.ts';
import type { NodeProto, TensorProto } from '../onnx/onnx_pb.ts';
import { floatsOf } from '../onnx/tensors.ts';
import { withQuantization } from '../qdq.ts';
import { regionOf } from '../region.ts';

/** See `record.py`. */
interface Recorded {
  readonly model: string;
  readonly images: readonly string[];
  readonly values: Readonly<Record<string, readonly [scale: number, zeroPoint: number]>>;
  readonly weights: Readonly<
    Record<string, { readonly weights: number[]; readonly scales: number[]; readonly bias: number[] }>
  >;
  readonly answers: readonly (readonly number[])[];
}

const recorded: Recorded = JSON.parse(readFileSync(new URL('./quantize-static.json', import.meta.url), 'utf8'));
const images = recorded.images.map((each) => new Float32Array(new Uint8Array(Buffer.from(each, 'base64')).buffer));

let quantized: OnnxModel;
let index: GraphIndex;

beforeAll(async () => {
  const model = readModel(Buffer.from(recorded.model, 'base64'));
  const float = indexGraph(model.graph);
  const layers = layersOf(float);
  // After each three images one that is kept aside, so that the ranges are of all that quantize_static saw.
  const shown = images.flatMap((image, at) => (at % 3 === 2 ? [image, image] : [image]));
  const { ranges } = await calibrate(model, regionOf(float, layers).values.flat(), shown, () => 1);
  quantized = withQuantization(model, new Set(layers.map(({ name }) => name)), ranges);
  index = indexGraph(quantized.graph);
});

const initializer = (name: string): TensorProto => {
  const tensor = quantized.graph.initializer.find((each) => each.name === name);
  if (!tensor) throw new Error(`there is no ${name}`);
  return tensor;
};
const int8 = ({ rawData }: TensorProto) => [...new Int8Array(new Uint8Array(rawData).buffer)];
const int32 = ({ rawData }: TensorProto) => [...new Int32Array(new Uint8Array(rawData).buffer)];
const dequantizing = (value = ''): NodeProto => {
  const node = index.producers.get(value);
  if (node?.opType !== 'DequantizeLinear') throw new Error(`${value} isn't made of integers`);
  return node;
};

describe('held against quantize_static of onnxruntime, which saw the same images', () => {
  it('every value has the same scale and zero point', () => {
    const made = quantized.graph.node.filter(({ opType }) => opType === 'QuantizeLinear');
    const ours = made.map(({ input: [value = '', scale = '', zeroPoint = ''] }): [string, [number, number]] => [
      value.replace(/_float$/, ''),
      [floatsOf(initializer(scale))[0] ?? 0, initializer(zeroPoint).rawData[0] ?? 0],
    ]);
    expect(Object.fromEntries(ours)).toEqual(
      Object.fromEntries(
        Object.entries(recorded.values).map(([name, [scale, zeroPoint]]) => [
          name,
          [expect.closeTo(scale, 8), zeroPoint],
        ]),
      ),
    );
  });

  it('every weight and bias is the same integer, and every channel has the same scale', () => {
    const layers = quantized.graph.node.filter(({ opType }) => opType === 'Conv');
    const ours = layers.map(({ input: [, weights, bias], output: [output = ''] }) => {
      const [integers = '', scales = ''] = dequantizing(weights).input;
      return [
        output.replace(/_float$/, ''),
        {
          weights: int8(initializer(integers)),
          scales: [...floatsOf(initializer(scales))],
          bias: int32(initializer(dequantizing(bias).input[0] ?? '')),
        },
      ];
    });
    expect(Object.fromEntries(ours)).toEqual(recorded.weights);
  });

  it('every answer is the same within one step of a rounding', async () => {
    await using network = await loadNetwork(quantized);
    const apart: number[] = [];
    for (const [at, image] of images.entries()) {
      const answer = (await network.run(image)).get('output0')?.data ?? new Float32Array();
      const expected = recorded.answers[at] ?? [];
      expect(answer).toHaveLength(expected.length);
      apart.push(...expected.map((value, position) => Math.abs(value - (answer[position] ?? Number.NaN))));
    }
    // A step of the last layer is 0.0092 before the sigmoid, which makes at most a quarter of it.
    expect(Math.max(...apart)).toBeLessThan(0.0025);
  });
});
