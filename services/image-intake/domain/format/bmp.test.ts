import { describe, expect, it } from 'vitest';
import { decodeBmp } from './bmp.ts';
import { bmp24 } from './bmp-sample.ts';

describe('decodeBmp', () => {
  it('reads rows from the bottom, and blue before red', () => {
    const { data, width, height } = decodeBmp(bmp24(3, 2, (x, y) => [x * 10, y * 10, 200]));
    expect([width, height]).toEqual([3, 2]);
    expect([...data]).toEqual([0, 0, 200, 10, 0, 200, 20, 0, 200, 0, 10, 200, 10, 10, 200, 20, 10, 200]);
  });

  it('refuses a palette index that the palette has not', () => {
    const file = Buffer.alloc(54 + 8 + 8);
    file.set(bmp24(1, 1, () => [0, 0, 0]).subarray(0, 54));
    file.writeUInt32LE(62, 10);
    file.writeInt32LE(2, 22);
    file.writeUInt16LE(8, 28);
    file.writeUInt32LE(2, 46);
    expect(decodeBmp(file).data).toHaveLength(6);
    file[62] = 2;
    expect(() => decodeBmp(file)).toThrow('uses colour 2');
  });
});
