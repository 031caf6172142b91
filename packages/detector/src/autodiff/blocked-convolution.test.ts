import { seededRandom } from '@assay/vision';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { channelBlock } from '../training/channel-block.ts';
import { paysInBlocks } from './blocked-convolution.ts';
import { Graph } from './graph.ts';
import { multiply } from './operators/arithmetic.ts';
import { convolution } from './operators/convolution.ts';
import { sum } from './operators/reductions.ts';
import { elementCount } from './tensor.ts';

const block = await channelBlock();
const SIDE = 10;

interface Case {
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: 1 | 2;
}

/** A convolution's answer and gradients, as a graph with this block size computes them. */
async function answers({ inputs, outputs, stride }: Case, channelBlock: number | undefined) {
  const graph = new Graph({ channelBlock });
  const random = seededRandom(3);
  const draw = (dims: number[]) => Float32Array.from({ length: elementCount(dims) }, () => random() - 0.5);
  const shapes = { x: [2, inputs, SIDE, SIDE], kernel: [outputs, inputs, 3, 3] };
  const x = graph.input('x', shapes.x, { tracked: true });
  const kernel = graph.input('kernel', shapes.kernel, { tracked: true });
  const y = convolution(x, kernel, { stride });
  const loss = sum(multiply(y, graph.constant(draw([...y.dims]), y.dims)));
  graph.output(y, 'y');
  for (const [i, gradient] of graph.gradients(loss, [x, kernel]).entries()) graph.output(gradient, `gradient${i}`);
  const session = await InferenceSession.create(graph.encode(), { logSeverityLevel: 3 });
  const feeds = { x: draw(shapes.x), kernel: draw(shapes.kernel) };
  const found = await session.run({
    x: new Tensor('float32', feeds.x, shapes.x),
    kernel: new Tensor('float32', feeds.kernel, shapes.kernel),
  });
  await session.release();
  return ['y', 'gradient0', 'gradient1'].flatMap((name) => [...(found[name]?.data ?? [])].map(Number));
}

describe('a convolution in the blocked layout', () => {
  const cases: Case[] = [
    { inputs: 32, outputs: 32, stride: 1 },
    { inputs: 48, outputs: 16, stride: 1 },
    { inputs: 32, outputs: 64, stride: 2 },
    // Fewer channels than a block, and such as fill no whole number of blocks.
    { inputs: 3, outputs: 16, stride: 2 },
    { inputs: 12, outputs: 28, stride: 1 },
    { inputs: 28, outputs: 44, stride: 2 },
  ];

  it.each(cases)('answers and leads gradients back as the plain one: $inputs → $outputs by $stride', async (each) => {
    const [plain, blocked] = [await answers(each, undefined), await answers(each, block)];
    expect(blocked).toHaveLength(plain.length);
    const differences = plain.map((value, i) => Math.abs(value - (blocked[i] ?? Number.NaN)));
    expect(Math.max(...differences)).toBeLessThan(1e-4);
  });

  it.skipIf(block === undefined)('is really another computation, where this machine has the layout', async () => {
    const [each] = cases as [Case];
    expect(await answers(each, block)).not.toEqual(await answers(each, undefined));
  });

  it('is left alone where filled channels would cost more than it saves', () => {
    expect(paysInBlocks(32, 32, 3, 16)).toBe(true);
    expect(paysInBlocks(24, 24, 3, 16)).toBe(false);
    expect(paysInBlocks(24, 24, 3, 8)).toBe(true);
    expect(paysInBlocks(12, 24, 3, 16)).toBe(true);
    expect(paysInBlocks(64, 4, 3, 16)).toBe(false);
    // onnxruntime moves channels in fours.
    expect(paysInBlocks(30, 32, 3, 16)).toBe(false);
    expect(paysInBlocks(64, 64, 1, 16)).toBe(false);
  });
});
