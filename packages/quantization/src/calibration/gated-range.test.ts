import { describe, expect, it } from 'vitest';
import { indexGraph } from '../onnx/graph-index.ts';
import { readModel } from '../onnx/model-file.ts';
import { ModelBuilder } from '../testing/model-builder.ts';
import { gatedRange } from './gated-range.ts';

const RANGE = { lowest: -73, highest: 54 };
const STEP = 127 / 255;

/** The range of a convolution's output that goes into what is built of it. */
function rangeWith(build: (net: ModelBuilder, x: string) => string, range = RANGE) {
  const net = new ModelBuilder();
  const x = net.convolution(net.input('images', [1, 3, 8, 8]), 3, 8);
  net.output(build(net, x), 'output0');
  return gatedRange(indexGraph(readModel(net.finish()).graph), x, range);
}

const hardSwish = (net: ModelBuilder, x: string) =>
  net.node('Mul', [net.node('HardSigmoid', [x], { alpha: 1 / 6, beta: 0.5 }), x]);

describe('the range of what a gate reads', () => {
  it('ends where SiLU makes no more of its values than an eighth of a step', () => {
    const { lowest, highest } = rangeWith((net, x) => net.silu(x));
    expect(highest).toBe(54);
    expect(lowest).toBeGreaterThan(-6);
    expect(-lowest / (1 + Math.exp(-lowest))).toBeLessThan(STEP / 8);
  });

  it('ends about where HardSwish is zero', () => {
    const { lowest } = rangeWith(hardSwish);
    expect(lowest).toBeGreaterThan(-3);
    expect(lowest * (lowest / 6 + 0.5)).toBeGreaterThan(-STEP / 8);
  });

  it.each([
    ['small ones', (net: ModelBuilder, x: string) => net.silu(x), { lowest: -1.2, highest: 3 }],
    ['a plain sigmoid', (net: ModelBuilder, x: string) => net.node('Sigmoid', [x])],
    ['a product with something else', (net: ModelBuilder, x: string) => net.node('Mul', [x, net.node('Neg', [x])])],
    ['a bypass', (net: ModelBuilder, x: string) => net.node('Add', [net.silu(x), x])],
    [
      'a gate that is open at zero already',
      (net: ModelBuilder, x: string) => net.node('Mul', [net.node('HardSigmoid', [x], { alpha: 0.5, beta: 1.5 }), x]),
    ],
    [
      'a gate that something else reads',
      (net: ModelBuilder, x: string) => {
        const gate = net.node('Sigmoid', [x]);
        return net.node('Concat', [net.node('Mul', [x, gate]), gate], { axis: 1 });
      },
    ],
  ])('is left alone for %s', (_, build, range = RANGE) => {
    expect(rangeWith(build, range)).toEqual(range);
  });

  it('is left alone for what the model gives out', () => {
    const net = new ModelBuilder();
    const x = net.input('images', [1, 3, 8, 8]);
    net.output(net.silu(net.node('Identity', [x])), 'output0');
    const model = readModel(net.finish());
    const [identity] = model.graph.node;
    model.graph.output.push({ ...model.graph.output[0]!, name: identity?.output[0] ?? '' });
    expect(gatedRange(indexGraph(model.graph), identity?.output[0] ?? '', RANGE)).toEqual(RANGE);
  });
});
