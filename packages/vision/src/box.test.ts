import { describe, expect, it } from 'vitest';
import { clipBox, iou } from './box.ts';

const box = (left: number, top: number, width: number, height: number) => ({ left, top, width, height });

describe('iou', () => {
  it('is the shared area over the joint area', () => {
    // 10 × 10 and 10 × 10, moved by half: 50 shared of 150.
    expect(iou(box(0, 0, 10, 10), box(5, 0, 10, 10))).toBeCloseTo(1 / 3, 12);
    // A quarter shared: 25 of 175.
    expect(iou(box(0, 0, 10, 10), box(5, 5, 10, 10))).toBeCloseTo(1 / 7, 12);
  });

  it('is one for the same box, and the share for a box within another', () => {
    expect(iou(box(3, 4, 5, 6), box(3, 4, 5, 6))).toBe(1);
    expect(iou(box(0, 0, 10, 10), box(2, 2, 5, 4))).toBeCloseTo(0.2, 12);
  });

  it('is nothing for boxes that touch, lie apart or have no area', () => {
    expect(iou(box(0, 0, 10, 10), box(10, 0, 10, 10))).toBe(0);
    expect(iou(box(0, 0, 10, 10), box(30, 30, 1, 1))).toBe(0);
    expect(iou(box(5, 5, 0, 4), box(0, 0, 10, 10))).toBe(0);
    expect(iou(box(5, 5, Number.NaN, 4), box(0, 0, 10, 10))).toBe(0);
  });
});

describe('clipBox', () => {
  it('cuts off what lies outside of the image', () => {
    expect(clipBox(box(-5, 90, 20, 20), 100, 100)).toEqual(box(0, 90, 15, 10));
  });

  it('leaves nothing of a box that lies outside', () => {
    expect(clipBox(box(120, 10, 20, 20), 100, 100)).toEqual(box(100, 10, 0, 20));
  });
});
