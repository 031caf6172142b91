import { describe, expect, it } from 'vitest';
import { judge, rulesFor } from './verdict.ts';

const found = (classId: number, confidence: number) => ({
  box: { left: 0, top: 0, width: 1, height: 1 },
  classId,
  confidence,
});
const rules = rulesFor(['scratch', 'dirt'], 0.25, { dirt: { verdict: 'pass' } });

describe('judge', () => {
  it('fails at exactly the threshold, being as unsure as can be', () => {
    expect(judge([found(0, 0.25)], rules)).toMatchObject({ verdict: 'fail', uncertainty: 1 });
  });

  it('is surer the further the deciding box lies from the threshold', () => {
    expect(judge([found(0, 0.2)], rules)).toMatchObject({ verdict: 'pass', uncertainty: expect.closeTo(0.8, 9) });
    expect(judge([found(0, 0.05)], rules).uncertainty).toBeCloseTo(0.2, 9);
    expect(judge([found(0, 0.7)], rules).uncertainty).toBeCloseTo(0.4, 9);
    expect(judge([found(0, 1)], rules).uncertainty).toBe(0);
  });

  it('is sure of a part with one sure defect, whatever else may be there', () => {
    expect(judge([found(0, 1), found(0, 0.25)], rules).uncertainty).toBe(0);
  });

  it('does not let a harmless class decide', () => {
    expect(judge([found(1, 0.9)], rules)).toMatchObject({
      verdict: 'pass',
      uncertainty: 0,
      detections: [found(1, 0.9)],
    });
  });
});
