import { describe, expect, it } from 'vitest';
import { readModel } from './onnx/model-file.ts';
import { loadNetwork } from './onnx/network.ts';
import { quantizeStatically } from './quantize-statically.ts';
import { ModelBuilder } from './testing/model-builder.ts';
import { blobs, smallDetector } from './testing/small-detector.ts';

describe('quantizeStatically', () => {
  it('makes a model with int8 weights and says what it did', async () => {
    const { model, report } = await quantizeStatically(smallDetector(), blobs(16));
    expect(report.layers).toHaveLength(10);
    expect(report.layers[1]).toMatchObject({ operator: 'Conv', precision: 'int8', errorAlone: expect.any(Number) });
    expect(report).toMatchObject({
      work: expect.closeTo(0.86, 2),
      images: { calibrated: 12, aside: 4 },
      tolerance: 0.1,
    });
    expect(Object.keys(report.error)).toEqual(['output0 scores', 'output0 boxes']);
    expect(Math.max(...Object.values(report.error))).toBeLessThan(0.05);
    expect(model.length).toBeGreaterThan(0);
  });

  it('gives the same bytes of the same model and images', async () => {
    const [one, other] = [
      await quantizeStatically(smallDetector(), blobs(8)),
      await quantizeStatically(smallDetector(), blobs(8)),
    ];
    expect(Buffer.compare(one.model, other.model)).toBe(0);
    expect(one.report).toEqual(other.report);
  });

  it('leaves layers in float that would cost more than the tolerance', async () => {
    const everything = await quantizeStatically(smallDetector(), blobs(16));
    const tolerance = 0.7 * Math.max(...Object.values(everything.report.error));
    const { report } = await quantizeStatically(smallDetector(), blobs(16), { tolerance });
    const left = report.layers.filter(({ reason }) => reason === 'sensitive');
    expect(left.length).toBeGreaterThan(0);
    expect(Math.max(...Object.values(report.error))).toBeLessThanOrEqual(tolerance);
    expect(report.work).toBeLessThan(everything.report.work);
  });

  it('leaves the first layer in float, and the mean over a box’s bins, which have few channels', async () => {
    const net = new ModelBuilder();
    const features = net.convolution(net.convolution(net.input('images', [1, 3, 8, 8]), 3, 16), 16, 16);
    net.output(net.convolution(net.node('Softmax', [features], { axis: 1 }), 16, 1), 'output0');
    const { report } = await quantizeStatically(net.finish(), blobs(8, 8));
    expect(report.layers.map(({ precision, reason }) => [precision, reason])).toEqual([
      ['float32', 'narrow'],
      ['int8', undefined],
      ['float32', 'narrow'],
    ]);
  });

  it('takes a layer in groups for as wide as all of them', async () => {
    const net = new ModelBuilder();
    const x = net.input('images', [1, 8, 8, 8]);
    const weights = net.floats(
      Array.from({ length: 72 }, (_, i) => Math.sin(i)),
      [8, 1, 3, 3],
    );
    net.output(net.node('Conv', [x, weights], { group: 8 }), 'output0');
    const images = Array.from({ length: 8 }, (_, i) => Float32Array.from({ length: 512 }, (_, at) => Math.cos(at * i)));
    const { report } = await quantizeStatically(net.finish(), images);
    expect(report.layers.map(({ precision }) => precision)).toEqual(['int8']);
  });

  it('spends the steps of what SiLU reads on what SiLU tells apart', async () => {
    const net = new ModelBuilder();
    const weights = net.floats(
      Array.from({ length: 64 }, (_, i) => 20 * Math.sin(i)),
      [8, 8, 1, 1],
    );
    const x = net.node('Conv', [net.convolution(net.input('images', [1, 3, 8, 8]), 3, 8), weights]);
    net.output(net.convolution(net.silu(x), 8, 8), 'output0');
    const { model } = await quantizeStatically(net.finish(), blobs(8, 8));
    const { node, initializer } = readModel(model).graph;
    const quantize = node.find(({ opType, input }) => opType === 'QuantizeLinear' && input[0] === `${x}_float`);
    const zeroPoint = initializer.find(({ name }) => name === quantize?.input[2])?.rawData[0];
    expect(zeroPoint).toBeGreaterThan(0);
    // It would be about 128.
    expect(zeroPoint).toBeLessThan(50);
  });

  it('keeps a score that is high in one place of one image, though its ranges hold a share of all values only', async () => {
    const side = 64;
    const net = new ModelBuilder();
    const x = net.input('images', [1, 8, side, side]);
    net.output(net.node('Conv', [x, net.floats(new Array(64).fill(1), [8, 8, 1, 1])]), 'output0');
    // Eight features that cancel each other out, but where all say yes.
    const feature = (image: number, channel: number, pixel: number) =>
      (image === 0 && pixel === 7) || channel % 2 === 0 ? 0.1 : -0.1 + 0.01 * Math.sin(pixel + image);
    const images = Array.from({ length: 8 }, (_, image) =>
      Float32Array.from({ length: 8 * side ** 2 }, (_, at) =>
        feature(image, Math.floor(at / side ** 2), at % side ** 2),
      ),
    );
    const { model } = await quantizeStatically(net.finish(), images);
    await using network = await loadNetwork(readModel(model));
    const seen = (await network.run(images[0] ?? new Float32Array())).get('output0')?.data ?? [];
    expect(Math.max(...seen)).toBeCloseTo(0.8, 1);
  });

  it('takes the size of images where the model leaves it open', async () => {
    const net = new ModelBuilder();
    net.output(net.convolution(net.convolution(net.input('images', [0, 3, 0, 0]), 3, 8), 8, 8), 'output0');
    await expect(quantizeStatically(net.finish(), blobs(8, 16))).resolves.toBeDefined();
  });
});

describe('it refuses', () => {
  it.each([
    ['too few images', blobs(7), 'There are 7 calibration images'],
    ['images of another size', blobs(8, 16), "don't fill the model's input images [1, 3, 32, 32]"],
    ['images that are not numbers', [new Float32Array(3 * 32 * 32).fill(Number.NaN)], 'infinite or not a number'],
  ])('%s', async (_, images, message) => {
    await expect(quantizeStatically(smallDetector(), images)).rejects.toThrow(
      expect.objectContaining({ code: 'calibration-unsuitable', message: expect.stringContaining(message) }),
    );
  });

  it('a model without layers, and one with two inputs', async () => {
    const plain = new ModelBuilder();
    plain.output(plain.node('Neg', [plain.input('images', [1, 3, 8, 8])]), 'output0');
    await expect(quantizeStatically(plain.finish(), blobs(8, 8))).rejects.toThrow(
      'None of the model’s 2 nodes'.replace('’', "'"),
    );
    const two = new ModelBuilder();
    const images = two.input('images', [1, 3, 8, 8]);
    const both = two.node('Concat', [images, two.input('more', [1, 3, 8, 8])], { axis: 1 });
    two.output(two.convolution(both, 6, 8), 'output0');
    await expect(quantizeStatically(two.finish(), blobs(8, 8))).rejects.toThrow("The model's inputs are images, more");
  });

  it('a model that onnxruntime can’t load', async () => {
    const net = new ModelBuilder();
    net.output(net.convolution(net.node('NoSuchOperator', [net.input('images', [1, 3, 8, 8])]), 8, 8), 'output0');
    await expect(quantizeStatically(net.finish(), blobs(8, 8))).rejects.toMatchObject({ code: 'model-unreadable' });
  });

  it('a model that onnxruntime can’t run', async () => {
    const net = new ModelBuilder();
    const x = net.convolution(net.input('images', [0, 8, 0, 0]), 8, 8);
    net.output(net.node('Reshape', [x, net.integers(1, 7, -1)]), 'output0');
    const images = blobs(8, 8).map((image) => Float32Array.from({ length: 512 }, (_, at) => image[at % 192] ?? 0));
    await expect(quantizeStatically(net.finish(), images)).rejects.toMatchObject({ code: 'model-unreadable' });
  });

  it('a tolerance that no layer keeps', async () => {
    await expect(quantizeStatically(smallDetector(), blobs(8), { tolerance: 1e-9 })).rejects.toMatchObject({
      code: 'too-sensitive',
    });
  });
});
