import { expect, it } from 'vitest';
import { yoloLabels } from './snapshot.ts';

const labelsOf = (...boxes: [number, number, number, number][]) =>
  yoloLabels({
    width: 4000,
    height: 2000,
    boxes: boxes.map(([left, top, width, height]) => ({ left, top, width, height, classId: 2 })),
  });

it('says boxes as shares of the sides, cut off at the edges', () => {
  expect(labelsOf([1000, 500, 2000, 1000], [3900, -10, 200, 20])).toBe(
    '2 0.500000 0.500000 0.500000 0.500000\n2 0.987500 0.002500 0.025000 0.005000\n',
  );
});

it('has no line for a box that would be printed without a width or height', () => {
  expect(labelsOf([100, 100, 0.001, 50], [100, 100, 50, 0.0009], [5000, 0, 10, 10])).toBe('');
  expect(labelsOf([100, 100, 0.0021, 50])).toBe('2 0.025000 0.062500 0.000001 0.025000\n');
});
