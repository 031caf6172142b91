import { seededRandom } from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { tinySettings } from '../testing/squares.ts';
import { exportOnnx, layoutOf } from './onnx-export.ts';
import { anchorsOf } from './shape.ts';

const [WIDTH, HEIGHT] = [64, 32];
const ROWS = 6;
const anchors = anchorsOf({ width: WIDTH, height: HEIGHT });

/** Weights under which the two halves of an image count differently. */
function exported(mirrors: boolean): Uint8Array {
  const shape = { ...tinySettings.shape, mirrors, classes: 2, input: { width: WIDTH, height: HEIGHT } };
  const layout = layoutOf(shape);
  const random = seededRandom(3);
  const parameters = layout.initialParameters(random).map((value) => value + 0.2 * (random() - 0.5));
  const statistics = new Float64Array(layout.statisticsCount).fill(0.5);
  return exportOnnx(shape, ['a', 'b'], { parameters, statistics });
}

async function answer(model: Uint8Array, pixels: Float32Array): Promise<Float32Array> {
  const images = new Tensor('float32', pixels, [1, 3, HEIGHT, WIDTH]);
  const { output0 } = await (await InferenceSession.create(model, { logSeverityLevel: 3 })).run({ images });
  if (!(output0?.data instanceof Float32Array)) throw new Error('floats are needed');
  expect(output0.dims).toEqual([1, ROWS, anchors.count]);
  return output0.data;
}

interface Along {
  readonly x: boolean;
  readonly y: boolean;
}

/** The answer to the image that is mirrored along x and y as asked for. */
function mirroredAnswer(rows: Float32Array, along: Along): number[] {
  const place = (x: number, y: number, stride: number) => `${x} ${y} ${stride}`;
  const positions = Array.from(anchors.x, (x, i) => place(x, anchors.y[i] ?? 0, anchors.stride[i] ?? 0));
  const from = Array.from(anchors.x, (x, i) => {
    const y = anchors.y[i] ?? 0;
    return positions.indexOf(place(along.x ? WIDTH - x : x, along.y ? HEIGHT - y : y, anchors.stride[i] ?? 0));
  });
  return Array.from(rows, (_, i) => {
    const row = Math.floor(i / anchors.count);
    const value = rows[row * anchors.count + (from[i % anchors.count] ?? Number.NaN)] ?? Number.NaN;
    if (row === 0 && along.x) return WIDTH - value;
    return row === 1 && along.y ? HEIGHT - value : value;
  });
}

const random = seededRandom(5);
const image = Float32Array.from({ length: 3 * HEIGHT * WIDTH }, random);

function mirroredImage(along: Along): Float32Array {
  return image.map((_, i) => {
    const [x, y] = [i % WIDTH, Math.floor(i / WIDTH) % HEIGHT];
    const from = (along.y ? HEIGHT - 1 - y : y) * WIDTH + (along.x ? WIDTH - 1 - x : x);
    return image[i - (y * WIDTH + x) + from] ?? Number.NaN;
  });
}

const mirrorImages = [
  { x: true, y: false },
  { x: false, y: true },
  { x: true, y: true },
];

describe.each(mirrorImages)('an image mirrored along x: $x, y: $y', (along) => {
  const difference = async (mirrors: boolean) => {
    const model = exported(mirrors);
    const expected = mirroredAnswer(await answer(model, image), along);
    const found = await answer(model, mirroredImage(along));
    return Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN)) / (1 + Math.abs(value))));
  };

  it('has the mirrored answer where a model looks at mirror images', async () => {
    expect(await difference(true)).toBeLessThan(1e-4);
  });

  it('has another where it does not', async () => {
    expect(await difference(false)).toBeGreaterThan(1e-2);
  });
});

it('answers the mean over the views: sizes as logarithms, scores as logits', async () => {
  const views = [{ x: false, y: false }, ...mirrorImages];
  const single = exported(false);
  const answers = await Promise.all(
    views.map(async (along) => mirroredAnswer(await answer(single, mirroredImage(along)), along)),
  );
  const found = await answer(exported(true), image);
  const mean = (i: number, of: (value: number) => number) =>
    answers.reduce((sum, rows) => sum + of(rows[i] ?? Number.NaN) / views.length, 0);
  const logit = (score: number) => Math.log(score / (1 - score));
  for (const [i, value] of found.entries()) {
    const row = Math.floor(i / anchors.count);
    if (row < 2) expect(value).toBeCloseTo(mean(i, Number), 3);
    else if (row < 4) expect(Math.log(value)).toBeCloseTo(mean(i, Math.log), 3);
    else expect(logit(value)).toBeCloseTo(mean(i, logit), 3);
  }
});
