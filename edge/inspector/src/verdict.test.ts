import { describe, expect, it } from 'vitest';
import { isUncertain } from './verdict.ts';

const band = { below: 0.4, above: 0.25 };

describe('isUncertain', () => {
  it('asks of a part that passed how far below its threshold it stayed', () => {
    expect(isUncertain({ verdict: 'pass', uncertainty: 0.625 }, band)).toBe(true);
    expect(isUncertain({ verdict: 'pass', uncertainty: 0.5 }, band)).toBe(false);
  });

  it('asks of a part that failed how far above its threshold it came', () => {
    expect(isUncertain({ verdict: 'fail', uncertainty: 0.75 }, band)).toBe(true);
    expect(isUncertain({ verdict: 'fail', uncertainty: 0.625 }, band)).toBe(false);
  });

  it('is sure of a part on which nothing was found', () => {
    expect(isUncertain({ verdict: 'pass', uncertainty: 0 }, band)).toBe(false);
  });
});
