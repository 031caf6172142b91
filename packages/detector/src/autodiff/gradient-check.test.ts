import { readdir } from 'node:fs/promises';
import { seededRandom } from '@assay/vision';
import { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { gaussian } from '../random.ts';
import { Graph } from './graph.ts';
import { add, divide, maximum, minimum, multiply, subtract } from './operators/arithmetic.ts';
import { batchNormalization } from './operators/batch-normalization.ts';
import { convolution } from './operators/convolution.ts';
import { arcTangent, exponential, sigmoid, silu, softplus, squareRoot } from './operators/functions.ts';
import { sum } from './operators/reductions.ts';
import { concatenate, reshape, split, upsample } from './operators/shapes.ts';
import { elementCount, type Tensor } from './tensor.ts';

interface Check {
  readonly shapes: readonly (readonly number[])[];
  /** Draws inputs from [0.3, 1.3) where the function needs positive ones. */
  readonly positive?: boolean;
  readonly build: (...inputs: [Tensor, Tensor, Tensor]) => Tensor;
}

const images = [2, 9, 8, 8];
const fewChannels = [2, 3, 8, 8];

/** At least one check for each function that `operators/` exports, under the function's name. */
const checks: Record<string, readonly Check[]> = {
  add: [
    { shapes: [[2, 5, 1], [6]], build: (a, b) => add(a, b) },
    { shapes: [[2, 3]], build: (a) => add(a, a) },
    { shapes: [[2, 3]], build: (a) => add(2, a) },
  ],
  subtract: [
    { shapes: [[2, 5, 1], [6]], build: (a, b) => subtract(a, b) },
    { shapes: [[2, 3]], build: (a) => subtract(1, a) },
  ],
  multiply: [
    {
      shapes: [
        [2, 5, 1],
        [1, 5, 6],
      ],
      build: (a, b) => multiply(a, b),
    },
    { shapes: [[2, 3]], build: (a) => multiply(a, a) },
    { shapes: [[2, 3]], build: (a) => multiply(a, 3) },
  ],
  divide: [
    {
      shapes: [
        [2, 5, 1],
        [1, 5, 6],
      ],
      positive: true,
      build: (a, b) => divide(a, b),
    },
  ],
  minimum: [
    {
      shapes: [
        [2, 5, 1],
        [1, 5, 6],
      ],
      build: (a, b) => minimum(a, b),
    },
    { shapes: [[2, 5]], build: (a) => minimum(a, 0.2) },
  ],
  maximum: [
    {
      shapes: [
        [2, 5, 1],
        [1, 5, 6],
      ],
      build: (a, b) => maximum(a, b),
    },
    { shapes: [[2, 5]], build: (a) => maximum(a, 0) },
  ],
  exponential: [{ shapes: [[2, 5]], build: (x) => exponential(x) }],
  squareRoot: [{ shapes: [[2, 5]], positive: true, build: (x) => squareRoot(x) }],
  arcTangent: [{ shapes: [[2, 5]], build: (x) => arcTangent(x) }],
  sigmoid: [{ shapes: [[2, 5]], build: (x) => sigmoid(x) }],
  softplus: [{ shapes: [[2, 5]], build: (x) => softplus(x) }],
  silu: [{ shapes: [[2, 5]], build: (x) => silu(x) }],
  reshape: [{ shapes: [[2, 6]], build: (x) => reshape(x, [3, 4]) }],
  split: [
    { shapes: [[2, 5, 3]], build: (x) => scaledParts(split(x, 1, [2, 3])) },
    { shapes: [[2, 5, 3]], build: (x) => multiply(split(x, 1, [2, 3])[1] ?? x, 2) },
  ],
  concatenate: [
    {
      shapes: [
        [2, 4, 3],
        [2, 2, 3],
      ],
      build: (a, b) => concatenate([a, b], 1),
    },
  ],
  upsample: [{ shapes: [[2, 5, 6, 6]], build: (x) => upsample(x) }],
  sum: [
    { shapes: [[2, 5, 3]], build: (x) => sum(x) },
    { shapes: [[2, 5, 3]], build: (x) => sum(x, [0, 2]) },
  ],
  convolution: [
    { shapes: [images, [6, 9, 1, 1], [6]], build: (x, kernel, bias) => convolution(x, kernel, { bias }) },
    { shapes: [images, [6, 9, 3, 3]], build: (x, kernel) => convolution(x, kernel) },
    { shapes: [fewChannels, [6, 3, 3, 3]], build: (x, kernel) => convolution(x, kernel) },
    { shapes: [images, [6, 9, 3, 3], [6]], build: (x, kernel, bias) => convolution(x, kernel, { bias, stride: 2 }) },
    { shapes: [fewChannels, [6, 3, 3, 3]], build: (x, kernel) => convolution(x, kernel, { stride: 2 }) },
  ],
  batchNormalization: [
    { shapes: [[2, 5, 6, 6], [5], [5]], build: (x, scale, shift) => batchNormalization(x, scale, shift, 1e-3).output },
  ],
};

const cases = Object.entries(checks).flatMap(([operator, list]) =>
  list.map((check, variant) => ({ operator, variant, ...check })),
);

describe('differentiable operators', () => {
  it('have a gradient check each', async () => {
    const folder = new URL('./operators/', import.meta.url);
    const files = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
    const modules: object[] = await Promise.all(files.map((file) => import(new URL(file, folder).href)));
    const operators = modules.flatMap((module) => Object.keys(module));
    expect(operators.toSorted()).toEqual(Object.keys(checks).toSorted());
  });

  it.each(cases)('$operator (variant $variant) agrees with finite differences', async (check) => {
    const errors = await gradientErrors(check);
    expect(errors).toHaveLength(check.shapes.length);
    for (const error of errors) expect(error).toBeLessThan(5e-3);
  });
});

describe('gradients', () => {
  it('refuse a target that the loss does not depend on', () => {
    const graph = new Graph();
    const x = graph.input('x', [2], { tracked: true });
    const unused = graph.input('unused', [2], { tracked: true });
    expect(() => graph.gradients(sum(x), [unused])).toThrow(/unused does not influence/);
  });
});

function scaledParts(parts: readonly Tensor[]): Tensor {
  return concatenate(
    parts.map((part, position) => multiply(part, exponential(multiply(part, 0.1 * position)))),
    1,
  );
}

/** Relative difference between analytic and central-difference slopes along one random direction, an input at a time. */
async function gradientErrors({ shapes, positive, build }: Check): Promise<number[]> {
  const random = seededRandom(7);
  const session = await lossAndGradients(shapes, build);
  const values = shapes.map((dims) =>
    Float32Array.from({ length: elementCount(dims) }, () => (positive ? 0.3 + random() : gaussian(random))),
  );
  const run = (inputs: readonly Float32Array[]) =>
    session.run(Object.fromEntries(inputs.map((data, i) => [`x${i}`, new RuntimeTensor('float32', data, shapes[i])])));
  const base = await run(values);

  const errors: number[] = [];
  for (const [position, value] of values.entries()) {
    const gradient = floats(base[`gradient${position}`]);
    const direction = Float32Array.from(value, () => gaussian(random));
    const analytic = gradient.reduce((total, slope, i) => total + slope * (direction[i] ?? 0), 0);
    const lossAt = async (distance: number) => {
      const moved = value.map((component, i) => component + distance * (direction[i] ?? 0));
      return floats((await run(values.with(position, moved))).loss)[0] ?? Number.NaN;
    };
    const candidates = [1e-2, 3e-3, 1e-3].map(async (distance) => {
      const numeric = ((await lossAt(distance)) - (await lossAt(-distance))) / (2 * distance);
      return Math.abs(numeric - analytic) / (Math.abs(numeric) + Math.abs(analytic) + 1e-3);
    });
    errors.push(Math.min(...(await Promise.all(candidates))));
  }
  await session.release();
  return errors;
}

/** The scalar is a fixed random weighting of the operator's output, so that no error can cancel out. */
async function lossAndGradients(shapes: Check['shapes'], build: Check['build']): Promise<InferenceSession> {
  const graph = new Graph();
  const inputs = shapes.map((dims, i) => graph.input(`x${i}`, dims, { tracked: true }));
  const [a, b = a, c = a] = inputs;
  if (!a || !b || !c) throw new Error('a check needs an input');
  const y = build(a, b, c);
  const random = seededRandom(11);
  const weights = graph.constant(
    Float32Array.from({ length: elementCount(y.dims) }, () => gaussian(random)),
    y.dims,
  );
  const loss = sum(multiply(y, weights));
  const gradients = graph.gradients(loss, inputs);
  graph.output(loss, 'loss');
  for (const [i, gradient] of gradients.entries()) graph.output(gradient, `gradient${i}`);
  return InferenceSession.create(graph.encode(), { logSeverityLevel: 3, intraOpNumThreads: 1 });
}

function floats(tensor: RuntimeTensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('the graph did not answer with floats');
  return tensor.data;
}
