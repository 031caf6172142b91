import { describe, expect, it } from 'vitest';
import { fromLetterbox, letterbox, toLetterbox } from './letterbox.ts';
import { square } from './size.ts';

describe('letterbox', () => {
  it('puts bars above and below a wide image', () => {
    expect(letterbox(400, 200, square(192))).toMatchObject({ width: 192, height: 96, left: 0, top: 48 });
  });

  it('puts bars beside a tall image, and the odd pixel to the right', () => {
    // 192 / 300 × 151 = 96.64 → 97; 95 pixels of bars.
    expect(letterbox(151, 300, square(192))).toMatchObject({ width: 97, height: 192, left: 47, top: 0 });
  });

  it('lies in a rectangle without bars where it has its shape', () => {
    expect(letterbox(1600, 1200, { width: 640, height: 480 })).toMatchObject({
      width: 640,
      height: 480,
      left: 0,
      top: 0,
    });
  });

  it('puts bars beside what is taller than the rectangle', () => {
    expect(letterbox(100, 200, { width: 64, height: 32 })).toMatchObject({ width: 16, height: 32, left: 24, top: 0 });
  });

  it('scales a small image up', () => {
    expect(letterbox(20, 10, square(100))).toMatchObject({ width: 100, height: 50, left: 0, top: 25 });
  });

  it('keeps a pixel of a very thin image', () => {
    expect(letterbox(5000, 1, square(64))).toMatchObject({ width: 64, height: 1, top: 31 });
  });

  it('refuses a size that no image has', () => {
    expect(() => letterbox(0, 10, square(64))).toThrow('imageWidth is 0');
    expect(() => letterbox(10, 2.5, square(64))).toThrow('imageHeight is 2.5');
  });
});

describe('boxes in a letterbox', () => {
  it('are scaled and moved', () => {
    const placed = letterbox(400, 200, square(100));
    expect(toLetterbox(placed, { left: 40, top: 20, width: 80, height: 100 })).toEqual({
      left: 10,
      top: 30,
      width: 20,
      height: 25,
    });
  });

  it('come back to where they were, whatever the rounding', () => {
    const box = { left: 12.5, top: 33.25, width: 100, height: 61 };
    for (const [width, height, size] of [
      [333, 217, 192],
      [217, 333, 640],
      [1920, 1081, 320],
    ] as const) {
      const back = fromLetterbox(
        letterbox(width, height, square(size)),
        toLetterbox(letterbox(width, height, square(size)), box),
      );
      for (const side of ['left', 'top', 'width', 'height'] as const) expect(back[side]).toBeCloseTo(box[side], 9);
    }
  });

  it('lose what lies in the bars', () => {
    const placed = letterbox(400, 200, square(100));
    expect(fromLetterbox(placed, { left: 0, top: 15, width: 10, height: 20 })).toEqual({
      left: 0,
      top: 0,
      width: 40,
      height: 40,
    });
  });
});
