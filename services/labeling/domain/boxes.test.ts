import { expect, it } from 'vitest';
import { clipBoxes } from './boxes.ts';

const size = { width: 640, height: 480 };
const box = (left: number, top: number, width: number, height: number) => ({
  classId: 1,
  className: 'dent',
  left,
  top,
  width,
  height,
});

it("cuts boxes off at the image's edges, and drops what lies outside", () => {
  expect(clipBoxes([box(-5, 470, 20, 30), box(640, 0, 5, 5), box(-9, -9, 4, 4)], size)).toEqual([box(0, 470, 15, 10)]);
});

it('drops what has less than a pixel left, and keeps a crack that is narrower than one', () => {
  expect(clipBoxes([box(639.9999, 0, 5, 5), box(3, 3, 1e-7, 200), box(10, 10, 0.25, 200)], size)).toEqual([
    box(10, 10, 0.25, 200),
  ]);
});
