import { describe, expect, it } from 'vitest';
import { evaluateDetections } from './evaluation.ts';
import type { ImageResult } from './matching.ts';

const truth = (left: number, classId = 0, width = 10) => ({ left, top: 0, width, height: 10, classId });
const found = (left: number, confidence: number, classId = 0, width = 10) => ({
  box: { left, top: 0, width, height: 10 },
  classId,
  confidence,
});
const one = (image: ImageResult) => evaluateDetections([image], 1);

describe('evaluateDetections', () => {
  it('is one when everything is found exactly and nothing else', () => {
    const { ap, ap50, ap75 } = one({ truths: [truth(0), truth(50)], detections: [found(0, 0.9), found(50, 0.8)] });
    expect([ap, ap50, ap75]).toEqual([1, 1, 1]);
  });

  it('is nothing when nothing is found', () => {
    expect(one({ truths: [truth(0)], detections: [] })).toMatchObject({ ap: 0, ap50: 0 });
  });

  it('counts recall that is never reached as no precision', () => {
    // One of two found: precision 1 at recall 0 … 0.5, which are 51 of 101 levels.
    const { ap50, classes } = one({ truths: [truth(0), truth(50)], detections: [found(0, 0.9)] });
    expect(ap50).toBeCloseTo(51 / 101, 12);
    expect(classes[0]).toMatchObject({ recall50: 0.5, truths: 2, detections: 1 });
  });

  it('takes the best precision at a recall or beyond', () => {
    // By confidence: hit, miss, hit. Precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1:
    // 51 levels at 1, the other 50 at 2/3.
    const { ap50, classes } = one({
      truths: [truth(0), truth(50)],
      detections: [found(0, 0.9), found(200, 0.8), found(50, 0.7)],
    });
    expect(ap50).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
    const curve = classes[0]?.curves[0];
    expect(curve?.precision[50]).toBe(1);
    expect(curve?.precision[51]).toBeCloseTo(2 / 3, 12);
    expect(curve?.confidence[51]).toBe(0.7);
  });

  it('does not lose for a false alarm that is less confident than every hit', () => {
    expect(one({ truths: [truth(0)], detections: [found(0, 0.9), found(90, 0.1)] }).ap50).toBe(1);
  });

  it('counts a second box on the same truth as a false alarm', () => {
    // Hit, duplicate, hit: precision at full recall 2/3.
    const { ap50 } = one({
      truths: [truth(0), truth(50)],
      detections: [found(0, 0.9), found(1, 0.8), found(50, 0.7)],
    });
    expect(ap50).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
  });

  it('gives a box the truth that it overlaps with most, and lets the confident choose first', () => {
    // The first lies on both truths, nearer to the second; the second detection still gets the first truth.
    const { ap50 } = one({ truths: [truth(0), truth(3)], detections: [found(2.5, 0.9), found(0, 0.8)] });
    expect(ap50).toBe(1);
  });

  it('measures the fit: a box of IoU 0.62 counts up to the threshold 0.6', () => {
    // 6.2 of 10 pixels: IoU 0.62, a hit at 0.5, 0.55 and 0.6 only.
    const { ap, ap50, ap75 } = one({ truths: [truth(0)], detections: [found(0, 0.9, 0, 6.2)] });
    expect(ap50).toBe(1);
    expect(ap75).toBe(0);
    expect(ap).toBeCloseTo(0.3, 12);
  });

  it('ranks detections across images', () => {
    // A confident false alarm in another image costs: precision 1/2 at all 101 levels.
    const { ap50 } = evaluateDetections(
      [
        { truths: [truth(0)], detections: [found(0, 0.5)] },
        { truths: [], detections: [found(0, 0.9)] },
      ],
      1,
    );
    expect(ap50).toBe(0.5);
  });

  it('takes means over the classes that have truths', () => {
    const { ap50, classes } = evaluateDetections(
      [{ truths: [truth(0, 0), truth(50, 1)], detections: [found(0, 0.9, 0), found(0, 0.9, 2)] }],
      3,
    );
    expect(classes.map((c) => c.ap50)).toEqual([1, 0, undefined]);
    expect(ap50).toBe(0.5);
  });

  it('has no figure when there are no truths at all', () => {
    expect(one({ truths: [], detections: [found(0, 0.9)] })).toMatchObject({ ap: undefined, ap50: undefined });
  });

  it('looks at the hundred most confident boxes of an image and class', () => {
    const misses = Array.from({ length: 100 }, (_, i) => found(1000 + 20 * i, 0.9));
    expect(one({ truths: [truth(0)], detections: [...misses.slice(1), found(0, 0.5)] }).ap50).toBeCloseTo(0.01, 12);
    expect(one({ truths: [truth(0)], detections: [...misses, found(0, 0.5)] }).ap50).toBe(0);
  });

  it('is indifferent to what lies in a crowd, however often, and does not ask for the crowd', () => {
    const crowd = { ...truth(100, 0, 40), crowd: true };
    const { ap, classes } = one({
      truths: [crowd, truth(0)],
      detections: [found(100, 0.9), found(110, 0.8), found(0, 0.7), found(125, 0.6, 0, 30)],
    });
    expect(ap).toBe(1);
    expect(classes[0]?.truths).toBe(1);
  });

  it('prefers a truth that is marked by itself to the crowd around it', () => {
    const crowd = { ...truth(0, 0, 40), crowd: true };
    // The best fit of the two at every threshold up to 0.9: of ten, nine.
    expect(one({ truths: [crowd, truth(0)], detections: [found(0.5, 0.9)] }).ar1).toBe(0.9);
  });

  it('tells large objects from small ones, one on the border being of both', () => {
    const square = (left: number, side: number) => ({ left, top: 0, width: side, height: side, classId: 0 });
    const truths = [square(0, 32), square(200, 96), square(400, 10)];
    const detections = truths.slice(0, 2).map(({ classId, ...box }) => ({ box, classId, confidence: 0.9 }));
    const { arSmall, arMedium, arLarge, apLarge, ar100 } = one({ truths, detections });
    expect([arSmall, arMedium, arLarge, apLarge]).toEqual([0.5, 1, 1, 1]);
    expect(ar100).toBeCloseTo(2 / 3, 12);
    expect(one({ truths: [square(0, 10)], detections })).toMatchObject({ apLarge: undefined, arLarge: undefined });
  });

  it('counts for one, ten and a hundred detections an image', () => {
    const misses = Array.from({ length: 10 }, (_, i) => found(1000 + 20 * i, 0.8));
    const { ar1, ar10, ar100 } = one({
      truths: [truth(0), truth(50), truth(80), truth(110)],
      detections: [found(0, 0.9), found(110, 0.85), ...misses.slice(2), found(50, 0.7), found(80, 0.6)],
    });
    expect([ar1, ar10, ar100]).toEqual([0.25, 0.5, 1]);
  });

  it('refuses a class id that the model does not have', () => {
    expect(() => one({ truths: [truth(0, 1)], detections: [] })).toThrow('class id 1; there are 1 classes');
  });
});
