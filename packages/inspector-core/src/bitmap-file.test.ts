import { square } from '@assay/vision';
import { describe, expect, it } from 'vitest';
import { readImageInput } from './image-input.ts';

/** A 2 × 2 bitmap: red, green / blue, white. */
function bitmap(bits: 8 | 24 | 32, order: 'bottom-up' | 'top-down', compression = 0): Uint8Array {
  const palette = bits === 8 ? [0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0] : [];
  const pixels = {
    8: [
      [0, 1],
      [2, 3],
    ],
    24: [
      [0, 0, 255, 0, 255, 0],
      [255, 0, 0, 255, 255, 255],
    ],
    32: [
      [0, 0, 255, 0, 0, 255, 0, 0],
      [255, 0, 0, 0, 255, 255, 255, 0],
    ],
  }[bits].map((row) => [...row, ...new Array((4 - (row.length % 4)) % 4).fill(0)]);
  const start = 54 + palette.length;
  const header = new DataView(new ArrayBuffer(54));
  header.setUint16(0, 0x424d);
  header.setUint32(10, start, true);
  header.setUint32(14, 40, true);
  header.setInt32(18, 2, true);
  header.setInt32(22, order === 'top-down' ? -2 : 2, true);
  header.setUint16(28, bits, true);
  header.setUint32(30, compression, true);
  const rows = order === 'top-down' ? pixels : pixels.toReversed();
  return Uint8Array.from([...new Uint8Array(header.buffer), ...palette, ...rows.flat()]);
}

describe('a Windows bitmap', () => {
  it.each([
    [8, 'bottom-up'],
    [24, 'bottom-up'],
    [24, 'top-down'],
    [32, 'bottom-up'],
  ] as const)('with %i bits a pixel, %s, is read', async (bits, order) => {
    const { planes } = await readImageInput(bitmap(bits, order), square(2));
    expect([...planes]).toEqual([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255]);
  });

  it('that is compressed or cut off is refused', async () => {
    await expect(readImageInput(bitmap(24, 'top-down', 1), square(2))).rejects.toThrow('compression 1');
    await expect(readImageInput(bitmap(24, 'top-down').subarray(0, 60), square(2))).rejects.toThrow(
      'too few for its 2 × 2',
    );
  });

  it('of more than 50 megapixels is refused', async () => {
    const large = new Uint8Array(54 + 1024 + 10_000 * 5_001);
    large.set(bitmap(8, 'top-down').subarray(0, 54));
    new DataView(large.buffer).setInt32(18, 10_000, true);
    new DataView(large.buffer).setInt32(22, -5_001, true);
    await expect(readImageInput(large, square(2))).rejects.toThrow('more than 50 megapixels');
  });
});
