import { describe, expect, it } from 'vitest';
import { clopperPearson, clopperPearsonUpper } from './binomial.ts';

/** Count, total, confidence, and the interval of SciPy 1.17's `binomtest(…).proportion_ci(confidence, 'exact')`. */
const recorded: readonly [number, number, number, number, number][] = [
  [0, 10, 0.95, 0, 0.30849710781876294],
  [10, 10, 0.95, 0.6915028921812371, 1],
  [3, 20, 0.95, 0.03207093718554477, 0.37892682654529564],
  [1, 150, 0.95, 0.00016877114355537157, 0.03658316774058022],
  [0, 149, 0.9, 0, 0.019904816220827144],
  [2, 355, 0.95, 0.0006830093478247933, 0.02020202307459655],
  [57, 1200, 0.99, 0.03308981298124137, 0.06561641105314626],
  [5000, 9999, 0.95, 0.4902008762219594, 0.5098991046388859],
  [1, 1, 0.95, 0.025, 1],
];

describe('clopperPearson', () => {
  it.each(recorded)('of %i in %i with confidence %f is the exact interval', (count, total, confidence, low, high) => {
    const interval = clopperPearson(count, total, confidence);
    expect(interval.low).toBeCloseTo(low, 9);
    expect(interval.high).toBeCloseTo(high, 9);
  });
});

describe('clopperPearsonUpper', () => {
  it('takes 149 parts without an escape to be sure of less than 2 %', () => {
    expect(clopperPearsonUpper(0, 148, 0.95)).toBeGreaterThan(0.02);
    expect(clopperPearsonUpper(0, 149, 0.95)).toBeLessThan(0.02);
  });

  it('is everything when every trial was a hit', () => {
    expect(clopperPearsonUpper(7, 7, 0.95)).toBe(1);
  });
});
