import { seededRandom } from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinySettings } from '../testing/squares.ts';
import { exportOnnx, layoutOf } from './onnx-export.ts';
import { buildReferenceForward } from './reference-forward.ts';
import type { NetworkShape } from './shape.ts';
import type { TrainedWeights } from './trained-weights.ts';

const pixels = 3 * 32 * 64;

/** Weights as a training leaves them: nothing is zero or one that could hide a mistake. */
function trainedWeights(shape: NetworkShape): TrainedWeights {
  const layout = layoutOf(shape);
  const random = seededRandom(3);
  const parameters = layout.initialParameters(random).map((value) => value + 0.2 * (random() - 0.5));
  const statistics = new Float64Array(layout.statisticsCount);
  for (const { offset, channels } of layout.statistics) {
    for (let mean = offset; mean < offset + channels; mean++) {
      statistics[mean] = random() - 0.5;
      statistics[mean + channels] = (statistics[mean] ?? 0) ** 2 + 0.2 + random();
    }
  }
  return { parameters, statistics };
}

async function answer(model: Uint8Array, images: Tensor): Promise<Float32Array> {
  const { output0 } = await (await InferenceSession.create(model, { logSeverityLevel: 3 })).run({ images });
  if (!(output0?.data instanceof Float32Array)) throw new Error('floats are needed');
  return output0.data;
}

describe.each([
  { backbone: 'own', mirrors: false },
  { backbone: 'pretrained', mirrors: false },
  { backbone: 'own', mirrors: true },
] as const)('reference forward pass, backbone: $backbone, mirrors: $mirrors', (variant) => {
  const shape = { ...tinySettings.shape, ...variant, classes: 2, input: { width: 64, height: 32 } };
  const weights = trainedWeights(shape);
  const random = seededRandom(5);
  const bytes = Uint8Array.from({ length: pixels }, () => Math.floor(256 * random()));
  const unit = Float32Array.from(bytes, (byte) => byte / 255);
  let reference: Float32Array;

  beforeAll(async () => {
    reference = await answer(buildReferenceForward(shape, weights), new Tensor('uint8', bytes, [1, 3, 32, 64]));
  });

  const differenceOf = async (exported: TrainedWeights) => {
    const found = await answer(exportOnnx(shape, ['a', 'b'], exported), new Tensor('float32', unit, [1, 3, 32, 64]));
    return Math.max(...found.map((value, i) => Math.abs(value - (reference[i] ?? 0)) / (1 + Math.abs(value))));
  };

  it('answers what the export answers', async () => {
    expect(await differenceOf(weights)).toBeLessThan(5e-5);
  });

  it('tells an export whose normalization was folded from the wrong statistics, or that lost a channel', async () => {
    const noMeans = { ...weights, statistics: weights.statistics.with(0, 0) };
    expect(await differenceOf(noMeans)).toBeGreaterThan(1e-3);
    const slot = layoutOf(shape).parameter('pyramid0.smooth.scale');
    const lost = { ...weights, parameters: weights.parameters.with(slot.offset, 0) };
    expect(await differenceOf(lost)).toBeGreaterThan(1e-3);
  });
});
