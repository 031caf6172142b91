import { LETTERBOX_GREY } from '@assay/vision';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImageInput, readPlacedImage } from './image-input.ts';
import { writeUnitPlanes } from './input-planes.ts';

const SIZE = 8;
const AREA = SIZE * SIZE;
/** Left of the middle, and right of it. */
const COLOURS = [
  [255, 128, 0],
  [1, 2, 3],
] as const;

function picture(width: number, height: number): Promise<Uint8Array> {
  const rgb = Array.from({ length: width * height }, (_, i) => COLOURS[i % width < width / 2 ? 0 : 1]).flat();
  return sharp(Uint8Array.from(rgb), { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

describe('the planes of a network', () => {
  it.each([
    ['between a bar above and a thicker one below', 8, 5, { left: 0, top: 1 }],
    ['between a bar on its left and a thicker one on its right', 2, 8, { left: 3, top: 0 }],
    ['without bars', 8, 8, { left: 0, top: 0 }],
    ['whose rows are no whole words', 6, 8, { left: 1, top: 0 }],
  ])('have the image %s', async (_, width, height, { left, top }) => {
    const bytes = await picture(width, height);
    const { planes } = await readImageInput(bytes, SIZE);
    const expected = Array.from({ length: 3 * AREA }, (_, position) => {
      const channel = Math.floor(position / AREA);
      const [x, y] = [(position % SIZE) - left, Math.floor((position % AREA) / SIZE) - top];
      if (x < 0 || y < 0 || x >= width || y >= height) return LETTERBOX_GREY;
      return COLOURS[x < width / 2 ? 0 : 1][channel];
    });
    expect([...planes]).toEqual(expected);

    // As of an image before it.
    const units = new Float32Array(3 * AREA).fill(Number.NaN);
    writeUnitPlanes(await readPlacedImage(bytes, SIZE), units);
    expect(units).toEqual(Float32Array.from(planes, (byte) => byte / 255));
  });

  it('have the same image wherever its bytes lie in memory', async () => {
    const { placement, rgb } = await readPlacedImage(await picture(8, 5), SIZE);
    const [units, shifted] = [new Float32Array(3 * AREA), new Float32Array(3 * AREA)];
    writeUnitPlanes({ placement, rgb: new Uint8Array(rgb) }, units);
    const memory = new Uint8Array(rgb.length + 1);
    memory.set(rgb, 1);
    writeUnitPlanes({ placement, rgb: memory.subarray(1) }, shifted);
    expect(shifted).toEqual(units);
  });
});
