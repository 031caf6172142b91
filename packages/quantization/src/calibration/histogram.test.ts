import { describe, expect, it } from 'vitest';
import { Histogram } from './histogram.ts';
import { percentileRange } from './percentile.ts';

function histogramOf(...batches: number[][]): Histogram {
  const histogram = new Histogram();
  for (const batch of batches) histogram.add(Float32Array.from(batch));
  return histogram;
}

describe('a histogram', () => {
  it('is the same in whatever order the values come', () => {
    const [small, large] = [
      [0, 0.01, -0.02, 0.5],
      [-7, 100, 3.25, 1e-6],
    ];
    expect(histogramOf(small, large)).toEqual(histogramOf(large, small));
  });

  it('counts every value, zeros and the ends included', () => {
    const histogram = histogramOf([0, 0, 0], [4, -4], [1e-20, 1024]);
    expect(histogram.counts.reduce((sum, each) => sum + each, 0)).toBe(7);
    expect(histogram).toMatchObject({ lowest: -4, highest: 1024, count: 7 });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('takes no %d', (value) => {
    const histogram = histogramOf([1, 2]);
    expect(histogram.add(Float32Array.of(1, value, 2))).toBe(false);
    expect(histogram.count).toBe(2);
  });
});

describe('percentileRange', () => {
  const spread = Array.from({ length: 9998 }, (_, i) => (i / 9997) * 3 - 1);

  it('leaves outliers out', () => {
    const { lowest, highest } = percentileRange(histogramOf([...spread, 500, -900]), 0.999);
    expect(lowest).toBeCloseTo(-1, 0);
    expect(highest).toBeCloseTo(2, 0);
  });

  it('is everything for a share of 1', () => {
    expect(percentileRange(histogramOf([...spread, 500, -900]), 1)).toEqual({ lowest: -900, highest: 500 });
  });

  it('of zeros is zero', () => {
    expect(percentileRange(histogramOf([0, 0, 0]), 0.9999)).toEqual({ lowest: 0, highest: 0 });
  });
});
