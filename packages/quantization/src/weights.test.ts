import { describe, expect, it } from 'vitest';
import { LARGEST_WEIGHT, quantizeWeights } from './weights.ts';

const layout = { channels: 2, channelAxis: 0, inputScale: 0.5 } as const;

describe('quantizeWeights', () => {
  it('gives each channel a scale of its own', () => {
    const { weights, scales } = quantizeWeights(Float32Array.of(1, -0.5, 100, 25), new Float32Array(), layout);
    expect([...weights]).toEqual([64, -32, 64, 16]);
    expect([...scales]).toEqual([Math.fround(1 / 64), Math.fround(100 / 64)]);
  });

  it('finds the channels of a matrix in its columns', () => {
    const { weights } = quantizeWeights(Float32Array.of(1, 100, -0.5, 25), new Float32Array(), {
      ...layout,
      channelAxis: 1,
    });
    expect([...weights]).toEqual([64, 64, -32, 16]);
  });

  it('says a bias in units of input and weight', () => {
    const { bias, biasScales } = quantizeWeights(Float32Array.of(64, 0, 1, 1), Float32Array.of(3, -0.25), layout);
    expect([...biasScales]).toEqual([0.5, 0.5 / 64]);
    expect([...bias]).toEqual([6, -32]);
  });

  it('keeps a bias that is far larger than its weights', () => {
    const { bias, biasScales } = quantizeWeights(Float32Array.of(1e-12, 0, 0, 0), Float32Array.of(-1000, 1000), layout);
    expect([...bias].map((value, at) => value * (biasScales[at] ?? 0))).toEqual([
      expect.closeTo(-1000, 3),
      expect.closeTo(1000, 3),
    ]);
  });

  it('leaves room for the products that are added to a bias', () => {
    const inputs = 4096;
    const weights = new Float32Array(inputs).fill(1e-7);
    const quantized = quantizeWeights(weights, Float32Array.of(1), { ...layout, channels: 1, inputScale: 1 / 255 });
    const sum = quantized.weights.reduce((total, weight) => total + 255 * weight, quantized.bias[0] ?? 0);
    expect(sum).toBeLessThan(2 ** 31);
  });

  it('stays where two products of the largest values add up in 16 bits', () => {
    expect(2 * 255 * LARGEST_WEIGHT).toBeLessThan(2 ** 15);
    const { weights } = quantizeWeights(Float32Array.of(-1e30, 1e30, 1e-30, -1e-30), new Float32Array(), layout);
    expect(Math.max(...weights.map(Math.abs))).toBe(LARGEST_WEIGHT);
  });
});
