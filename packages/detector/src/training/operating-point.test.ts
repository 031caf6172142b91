import { type Detection, evaluateDetections } from '@assay/vision';
import { describe, expect, it } from 'vitest';
import { bestConfidence, DEFAULT_CONFIDENCE } from './operating-point.ts';

const truth = { left: 0, top: 0, width: 10, height: 10, classId: 0 };
const hit = (confidence: number): Detection => ({ box: truth, classId: 0, confidence });
const miss = (confidence: number): Detection => ({ box: { ...truth, left: 50 }, classId: 0, confidence });

describe('operating point', () => {
  it('is where the right detections end and the wrong ones begin', () => {
    const images = [0.9, 0.8, 0.7].map((confidence) => ({ truths: [truth], detections: [hit(confidence), miss(0.3)] }));
    const confidence = bestConfidence(evaluateDetections(images, 1));
    expect(confidence).toBeGreaterThan(0.3);
    expect(confidence).toBeLessThanOrEqual(0.7);
  });

  it('stays off the ends', () => {
    expect(bestConfidence(evaluateDetections([{ truths: [truth], detections: [hit(0.99)] }], 1))).toBe(0.9);
    expect(bestConfidence(evaluateDetections([{ truths: [truth], detections: [hit(0.01)] }], 1))).toBe(0.05);
  });

  it('is the usual one when nothing was measured or found', () => {
    expect(bestConfidence(undefined)).toBe(DEFAULT_CONFIDENCE);
    expect(bestConfidence(evaluateDetections([{ truths: [truth], detections: [] }], 1))).toBe(DEFAULT_CONFIDENCE);
  });
});
