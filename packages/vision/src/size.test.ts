import { describe, expect, it } from 'vitest';
import { letterbox } from './letterbox.ts';
import { seededRandom } from './seeded-random.ts';
import { inputFor, square } from './size.ts';

describe('the input for images of a camera', () => {
  it('is as high as their shape needs, in multiples of the stride', () => {
    expect(inputFor([{ width: 1600, height: 1200 }], 640, 32)).toEqual({ width: 640, height: 480 });
    expect(inputFor([{ width: 1920, height: 1080 }], 640, 32)).toEqual({ width: 640, height: 384 });
    expect(inputFor([{ width: 1080, height: 1920 }], 640, 32)).toEqual({ width: 384, height: 640 });
  });

  it('is a stride higher for the fraction of a pixel that an image is', () => {
    expect(inputFor([{ width: 1600, height: 1201 }], 640, 32)).toEqual({ width: 640, height: 512 });
  });

  it('holds a strip of one pixel', () => {
    expect(inputFor([{ width: 5000, height: 1 }], 640, 32)).toEqual({ width: 640, height: 32 });
  });

  it('holds all of several shapes', () => {
    const [wide, wider, tall] = [
      { width: 640, height: 480 },
      { width: 1920, height: 1080 },
      { width: 30, height: 40 },
    ];
    expect(inputFor([wider, wide], 320, 32)).toEqual({ width: 320, height: 256 });
    expect(inputFor([wide, tall], 320, 32)).toEqual(square(320));
  });

  it('is a square for no image', () => {
    expect(inputFor([], 96, 32)).toEqual(square(96));
  });

  it('shows each image as the square does, to the pixel', () => {
    const random = seededRandom(1);
    const side = () => 1 + Math.floor(4000 * random());
    for (let round = 0; round < 2000; round++) {
      const images = [
        { width: side(), height: side() },
        { width: side(), height: side() },
      ];
      const input = inputFor(images, 640, 32);
      for (const { width, height } of images) {
        const [inSquare, placed] = [letterbox(width, height, square(640)), letterbox(width, height, input)];
        expect([placed.width, placed.height]).toEqual([inSquare.width, inSquare.height]);
        // The rectangle is the square's middle.
        expect(placed.left + (640 - input.width) / 2).toBe(inSquare.left);
        expect(placed.top + (640 - input.height) / 2).toBe(inSquare.top);
      }
    }
  });
});
