import { seededRandom, square } from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { layoutOf } from '../network/onnx-export.ts';
import { nanoShape } from '../network/shape.ts';
import { gaussian } from '../random.ts';
import { defaultTrainingSettings } from '../training/defaults.ts';
import { buildMuonGraph } from './muon.ts';
import { ratesAt } from './schedule.ts';
import { planShards } from './shards.ts';
import { poolStatistics } from './statistics.ts';
import { updateShard } from './update.ts';

const { optimizer } = defaultTrainingSettings;
const layout = layoutOf({ ...nanoShape, input: square(64), classes: 2 });

describe('shards', () => {
  it.each([1, 2, 3, 5])('cover every parameter once, at tensor boundaries, for %i workers', (workers) => {
    const shards = planShards(layout, workers);
    const segments = shards.flatMap(({ kernels, rest }) => [...kernels, ...rest]).toSorted((a, b) => a.start - b.start);
    expect(shards).toHaveLength(workers);
    expect(segments.at(-1)?.end).toBe(layout.parameterCount);
    for (const [i, { start }] of segments.entries()) expect(start).toBe(i === 0 ? 0 : segments[i - 1]?.end);
  });

  it('are of about equal size', () => {
    const sizes = planShards(layout, 2).map(({ start, end }) => end - start);
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.5);
  });
});

describe('learning rate', () => {
  it('rises, then falls along a cosine to two percent', () => {
    const rate = (step: number) => ratesAt(step, 1000, optimizer).learningRate;
    expect(rate(0)).toBeCloseTo(optimizer.learningRate / optimizer.warmupSteps, 5);
    expect(rate(59)).toBeGreaterThan(0.98 * optimizer.learningRate);
    expect(rate(500)).toBeCloseTo(0.51 * optimizer.learningRate, 4);
    expect(rate(1000)).toBeCloseTo(0.02 * optimizer.learningRate, 6);
  });
});

describe('Muon', () => {
  it.each([
    [6, 24],
    [24, 6],
    [8, 12],
  ])('answers a %i × %i momentum with a matrix whose rows or columns are nearly orthonormal', async (rows, columns) => {
    const random = seededRandom(2);
    const size = rows * columns;
    const shard = { start: 0, end: size, kernels: [{ start: 0, end: size, kind: 'kernel' as const, rows }], rest: [] };
    const momentum = Float32Array.from({ length: size }, () => gaussian(random));
    const session = await InferenceSession.create(buildMuonGraph(shard));
    const { direction } = await session.run({ momentum: new Tensor('float32', momentum, [size]) });
    if (!(direction?.data instanceof Float32Array)) throw new Error('floats are needed');
    const { data } = direction;
    const scale = 0.2 * Math.sqrt(Math.max(rows, columns));
    const entry = (row: number, column: number) => (data[row * columns + column] ?? 0) / scale;
    // Five iterations bring singular values to 0.7 … 1.2: the squared norm of all is near their number.
    const rank = Math.min(rows, columns);
    let squares = 0;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) squares += entry(row, column) ** 2;
    expect(squares / rank).toBeGreaterThan(0.6);
    expect(squares / rank).toBeLessThan(1.4);
  });

  it.each([
    [8, 64],
    [8, 12],
  ])(
    'answers as five iterations in double precision do, for a %i × %i momentum of any condition',
    async (rows, columns) => {
      const random = seededRandom(4);
      // Rows from large to tiny, all of them leaning towards the first.
      const common = Float64Array.from({ length: columns }, () => gaussian(random));
      const matrix = Array.from({ length: rows }, (_, row) =>
        Array.from(common, (value) => value + 10 ** -row * gaussian(random)),
      );
      const size = rows * columns;
      const shard = {
        start: 0,
        end: size,
        kernels: [{ start: 0, end: size, kind: 'kernel' as const, rows }],
        rest: [],
      };
      const session = await InferenceSession.create(buildMuonGraph(shard));
      const { direction } = await session.run({
        momentum: new Tensor('float32', Float32Array.from(matrix.flat()), [size]),
      });
      const scale = 0.2 * Math.sqrt(columns);
      const expected = orthogonalized(matrix).flat();
      const errors = expected.map((value, i) => Math.abs(value - Number(direction?.data[i]) / scale));
      expect(Math.max(...errors)).toBeLessThan(2e-3);
      expect(Math.max(...expected)).toBeGreaterThan(0.1);
    },
  );
});

/** Newton–Schulz as Muon states it. */
function orthogonalized(matrix: number[][]): number[][] {
  const multiply = (a: number[][], b: number[][]) =>
    a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((sum, value, k) => sum + value * (b[k]?.[j] ?? 0), 0)));
  const transpose = (a: number[][]) => (a[0] ?? []).map((_, j) => a.map((row) => row[j] ?? 0));
  const norm = Math.hypot(...matrix.flat());
  let x = matrix.map((row) => row.map((value) => value / norm));
  for (let iteration = 0; iteration < 5; iteration++) {
    const gram = multiply(x, transpose(x));
    const squared = multiply(gram, gram);
    const polynomial = gram.map((row, i) => row.map((value, j) => -4.775 * value + 2.0315 * (squared[i]?.[j] ?? 0)));
    const product = multiply(polynomial, x);
    x = x.map((row, i) => row.map((value, j) => 3.4445 * value + (product[i]?.[j] ?? 0)));
  }
  return x;
}

describe('an update', () => {
  it('moves a first AdamW step by the learning rate against the gradient, and decays kernels of predictions', async () => {
    const vectors = {
      parameters: Float32Array.of(1, 1, -1),
      average: Float32Array.of(1, 1, -1),
      momentum: new Float32Array(3),
      variance: new Float32Array(3),
      gradient: Float32Array.of(0.3, -2, 0.01),
    };
    const rest = [
      { start: 0, end: 2, kind: 'vector' as const },
      { start: 2, end: 3, kind: 'prediction' as const },
    ];
    const rates = { learningRate: 0.1, averageDecay: 0.5 };
    const settings = { ...optimizer, weightDecay: 0.2 };
    await updateShard(
      vectors,
      { start: 0, end: 3, kernels: [], rest },
      { step: 0, rates, settings, gradientScale: 1 },
      async (m) => m,
    );
    expect([...vectors.parameters].map((value) => Math.round(value * 1000) / 1000)).toEqual([0.9, 1.1, -1.08]);
    expect(vectors.average[0]).toBeCloseTo(0.95, 5);
  });

  it("lets the average follow kernels and vectors with each step's own decay", async () => {
    const vectors = {
      parameters: Float32Array.of(1, 2),
      average: Float32Array.of(1, 2),
      momentum: new Float32Array(2),
      variance: new Float32Array(2),
      gradient: Float32Array.of(0.3, -2),
    };
    const kernels = [{ start: 0, end: 1, kind: 'kernel' as const, rows: 1 }];
    const shard = { start: 0, end: 2, kernels, rest: [{ start: 1, end: 2, kind: 'vector' as const }] };
    let expected = [1, 2];
    for (const [step, averageDecay] of [0, 0.5, 0.9].entries()) {
      const rates = { learningRate: 0.1, averageDecay };
      await updateShard(vectors, shard, { step, rates, settings: optimizer, gradientScale: 1 }, async (m) => m);
      expected = expected.map((old, i) => averageDecay * old + (1 - averageDecay) * (vectors.parameters[i] ?? 0));
    }
    expect(vectors.parameters[0]).not.toBeCloseTo(1, 2);
    for (const [i, value] of expected.entries()) expect(vectors.average[i]).toBeCloseTo(value, 5);
  });
});

describe('running statistics', () => {
  it('pool second moments, so that batches with different means give the right variance', () => {
    const vectors = { running: new Float64Array(2), average: new Float64Array(2) };
    const batches = [Float32Array.of(1, 0.5), Float32Array.of(3, 0.5)];
    poolStatistics(vectors, [{ name: 'layer', offset: 0, channels: 1 }], batches, 0, 0.5);
    const [mean = 0, moment = 0] = vectors.running;
    expect(mean).toBe(2);
    // 0.5 within each batch and 1 between them.
    expect(moment - mean ** 2).toBe(1.5);
    expect([...vectors.average]).toEqual([...vectors.running]);
  });
});
