import { decodeYolo, seededRandom, square, yoloShape } from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { tinySettings } from '../testing/squares.ts';
import { buildTrainingGraph } from '../training/training-graph.ts';
import { exportOnnx, layoutOf } from './onnx-export.ts';
import { anchorsOf, type NetworkShape, nanoShape } from './shape.ts';

const names = ['scratch', "worker's mark", 'dent'];
const lossWeights = tinySettings.lossWeights;

/** Weights other than the initial ones, whose zeros and ones would hide mistakes. */
function someWeights(shape: NetworkShape) {
  const layout = layoutOf(shape);
  const random = seededRandom(3);
  const parameters = layout.initialParameters(random).map((value) => value + 0.1 * (random() - 0.5));
  return { layout, parameters };
}

function floats(value: Tensor | undefined): Float32Array {
  if (!(value?.data instanceof Float32Array)) throw new Error('floats are needed');
  return value.data;
}

describe.each(['own', 'pretrained'] as const)('exported model, %s backbone', (backbone) => {
  const shape = { ...tinySettings.shape, backbone, classes: 3, input: { width: 64, height: 32 } };

  it('predicts what the training graph predicts, once its statistics are folded in', async () => {
    const { layout, parameters } = someWeights(shape);
    const pixels = Uint8Array.from({ length: 3 * 32 * 64 }, seededByte(5));
    const graph = buildTrainingGraph({ shape, batch: 1, truthSlots: 1, lossWeights, withPredictions: true });
    const trained = await (await InferenceSession.create(graph.model)).run({
      parameters: new Tensor('float32', parameters, [parameters.length]),
      images: new Tensor('uint8', pixels, [1, 3, 32, 64]),
      truth_boxes: new Tensor('float32', Float32Array.of(5, 5, 30, 25), [1, 1, 4]),
      truth_classes: new Tensor('float32', Float32Array.of(1, 0, 0), [1, 1, 3]),
      truth_mask: new Tensor('float32', Float32Array.of(1), [1, 1, 1]),
    });
    const batch = floats(trained.statistics);
    const statistics = Float64Array.from(batch);
    for (const { offset, channels } of layout.statistics) {
      for (let mean = offset; mean < offset + channels; mean++) {
        statistics[mean + channels] = (batch[mean + channels] ?? 0) + (batch[mean] ?? 0) ** 2;
      }
    }

    const model = exportOnnx(shape, names, { parameters, statistics });
    const images = new Tensor(
      'float32',
      Float32Array.from(pixels, (byte) => byte / 255),
      [1, 3, 32, 64],
    );
    const { output0 } = await (await InferenceSession.create(model)).run({ images });
    const sigmoid = floats(trained.logits).map((logit) => 1 / (1 + Math.exp(-logit)));
    const expected = [...floats(trained.centres), ...floats(trained.sizes), ...sigmoid];
    const difference = expected.map((value, i) => Math.abs(value - (floats(output0)[i] ?? 0)) / (1 + Math.abs(value)));
    expect(Math.max(...difference)).toBeLessThan(2e-3);
  });

  it("has YOLOv8's input, output and metadata, and standard operators only", async () => {
    const { layout, parameters } = someWeights(shape);
    const model = exportOnnx(shape, names, { parameters, statistics: new Float64Array(layout.statisticsCount) });
    const session = await InferenceSession.create(model);
    expect(session.inputMetadata).toMatchObject([{ name: 'images', type: 'float32', shape: [1, 3, 32, 64] }]);
    expect(session.outputMetadata).toMatchObject([{ name: 'output0', type: 'float32', shape: [1, 7, 42] }]);
    const text = Buffer.from(model).toString('latin1');
    expect(text).toContain(`{0: 'scratch', 1: "worker's mark", 2: 'dent'}`);
    expect(text).toContain('[32, 64]');
    expect(text).not.toContain('com.microsoft');
  });

  it('is read by the decoder that reads YOLOv8', async () => {
    const { layout, parameters } = someWeights(shape);
    const statistics = new Float64Array(layout.statisticsCount);
    for (const { offset, channels } of layout.statistics) statistics.fill(1, offset + channels, offset + 2 * channels);
    const model = exportOnnx(shape, names, { parameters, statistics });
    const images = new Tensor('float32', new Float32Array(3 * 32 * 64).fill(0.5), [1, 3, 32, 64]);
    const { output0 } = await (await InferenceSession.create(model)).run({ images });
    if (!output0) throw new Error('the model did not answer');
    expect(yoloShape(output0.dims)).toEqual({ classes: 3, anchors: 42 });
    expect(decodeYolo(floats(output0), output0.dims, 0).count).toBe(3 * 42);
  });

  it('needs a name for each class', () => {
    const { layout, parameters } = someWeights(shape);
    const statistics = new Float64Array(layout.statisticsCount);
    expect(() => exportOnnx(shape, ['scratch'], { parameters, statistics })).toThrow(/3 classes, but 1 names/);
  });
});

describe('network', () => {
  it('has one anchor a cell, finest level first, row by row', () => {
    const anchors = anchorsOf({ width: 64, height: 32 });
    expect(anchors.count).toBe(32 + 8 + 2);
    expect([...anchors.x.slice(0, 2), ...anchors.y.slice(0, 2), anchors.stride[0]]).toEqual([4, 12, 4, 4, 8]);
    expect([anchors.x.at(-1), anchors.y.at(-1), anchors.stride.at(-1)]).toEqual([48, 16, 32]);
  });

  it('has the size that was planned', () => {
    const thousands = (backbone: NetworkShape['backbone']) =>
      Math.round(layoutOf({ ...nanoShape, backbone, input: square(192), classes: 3 }).parameterCount / 1000);
    expect([thousands('own'), thousands('pretrained')]).toEqual([328, 331]);
  });
});

function seededByte(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.floor(256 * random());
}
