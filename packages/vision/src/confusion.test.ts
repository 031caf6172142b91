import { expect, it } from 'vitest';
import { confusionOf } from './confusion.ts';

const square = (left: number, classId: number) => ({ left, top: 0, width: 10, height: 10, classId });
const found = (left: number, classId: number, confidence = 0.9) => ({
  box: square(left, classId),
  classId,
  confidence,
});

it('counts what was taken for what, missed and invented', () => {
  const images = [
    { truths: [square(0, 0), square(20, 1)], detections: [found(0, 1), found(20, 1), found(60, 0)] },
    { truths: [square(0, 1)], detections: [] },
  ];
  expect(confusionOf(images, 2, { confidence: 0.5 })).toEqual({
    counts: [
      [0, 1],
      [0, 1],
    ],
    missed: [0, 1],
    invented: [1, 0],
  });
});

it('lets the most confident detection choose, and looks at none below the threshold', () => {
  const images = [{ truths: [square(0, 0)], detections: [found(1, 1, 0.6), found(3, 0, 0.8), found(0, 1, 0.4)] }];
  const { counts, invented } = confusionOf(images, 2, { confidence: 0.5 });
  expect(counts[0]).toEqual([1, 0]);
  expect(invented).toEqual([0, 1]);
});

it('needs an overlap of half the union', () => {
  const images = [{ truths: [square(0, 0)], detections: [found(5, 0)] }];
  expect(confusionOf(images, 1, { confidence: 0.5 })).toEqual({ counts: [[0]], missed: [1], invented: [1] });
  expect(confusionOf(images, 1, { confidence: 0.5, leastIou: 0.3 }).counts).toEqual([[1]]);
});

it('asks nobody to find a crowd', () => {
  const images = [{ truths: [{ ...square(0, 0), crowd: true }], detections: [found(0, 0)] }];
  expect(confusionOf(images, 1, { confidence: 0.5 })).toEqual({ counts: [[0]], missed: [0], invented: [1] });
});
