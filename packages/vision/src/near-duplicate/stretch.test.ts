import { describe, expect, it } from 'vitest';
import { stretched } from './stretch.ts';

describe('stretched', () => {
  it('puts values between those of the pixels, and repeats those at the edges', () => {
    const { values, ...size } = stretched({ width: 2, height: 1, values: Uint8Array.of(0, 100) }, 4, 2);
    expect(size).toEqual({ width: 4, height: 2 });
    expect([...values]).toEqual([0, 25, 75, 100, 0, 25, 75, 100]);
  });

  it('rounds nothing', () => {
    const { values } = stretched({ width: 1, height: 2, values: Uint8Array.of(0, 1) }, 1, 4);
    expect([...values]).toEqual([0, 0.25, 0.75, 1]);
  });

  it('leaves an image as it is that has the size', () => {
    const image = { width: 2, height: 1, values: Uint8Array.of(3, 4) };
    expect(stretched(image, 2, 1)).toBe(image);
  });
});
