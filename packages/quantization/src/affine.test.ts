import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { affineOf, roundToEven } from './affine.ts';
import { ModelBuilder } from './testing/model-builder.ts';

describe('affineOf', () => {
  it.each([
    [0, 6],
    [-0.28, 12.5],
    [-3, 1],
    [2, 5],
    [-4, -1],
    [-1e-30, 1e-30],
    [0, 0],
  ])('has zero and both ends of %d … %d among its 256 steps', (lowest, highest) => {
    const { scale, zeroPoint } = affineOf({ lowest, highest });
    expect(Number.isInteger(zeroPoint)).toBe(true);
    expect(scale).toBe(Math.fround(scale));
    expect(-zeroPoint * scale).toBeLessThanOrEqual(Math.min(0, lowest) + 0.501 * scale);
    expect((255 - zeroPoint) * scale).toBeGreaterThanOrEqual(highest - 0.501 * scale);
  });
});

describe('roundToEven', () => {
  it('rounds as QuantizeLinear does', async () => {
    const values = Float32Array.from({ length: 401 }, (_, i) => (i - 200) / 4);
    const net = new ModelBuilder();
    const x = net.input('x', [values.length]);
    net.output(net.node('QuantizeLinear', [x, net.floats([1], []), net.int8(0)]), 'y');
    const session = await InferenceSession.create(net.finish());
    const { y } = await session.run({ x: new Tensor('float32', values, [values.length]) });
    expect(Int8Array.from(values, roundToEven)).toEqual(y?.data);
  });
});
