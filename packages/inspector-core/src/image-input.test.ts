import { crc32, deflateSync } from 'node:zlib';
import { LETTERBOX_GREY, square } from '@assay/vision';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readImageInput, readPlacedImage } from './image-input.ts';
import { writeUnitPlanes } from './input-planes.ts';

const INPUT = square(8);
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

/** A PNG whose values are said to be of a profile: none is converted. */
function withProfile(png: Buffer, icc: Buffer): Uint8Array {
  const data = Buffer.concat([Buffer.from('iCCPprofile\0\0', 'latin1'), deflateSync(icc)]);
  const chunk = Buffer.alloc(data.length + 8);
  chunk.writeUInt32BE(data.length - 4);
  data.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(data), data.length + 4);
  // After the signature and the header's chunk, whose lengths are fixed.
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}

describe('the planes of a network', () => {
  it.each([
    ['between a bar above and a thicker one below', 8, 5, INPUT, { left: 0, top: 1 }],
    ['between a bar on its left and a thicker one on its right', 2, 8, INPUT, { left: 3, top: 0 }],
    ['without bars', 8, 8, INPUT, { left: 0, top: 0 }],
    ['whose rows are no whole words', 6, 8, INPUT, { left: 1, top: 0 }],
    ['that has the rectangle’s shape', 8, 4, { width: 8, height: 4 }, { left: 0, top: 0 }],
    ['above and below which a rectangle has bars', 8, 3, { width: 8, height: 6 }, { left: 0, top: 1 }],
    ['beside which a rectangle has bars', 4, 8, { width: 16, height: 8 }, { left: 6, top: 0 }],
  ])('have the image %s', async (_, width, height, input, { left, top }) => {
    const bytes = await picture(width, height);
    const { planes } = await readImageInput(bytes, input);
    const area = input.width * input.height;
    const expected = Array.from({ length: 3 * area }, (_, position) => {
      const channel = Math.floor(position / area);
      const [x, y] = [(position % input.width) - left, Math.floor((position % area) / input.width) - top];
      if (x < 0 || y < 0 || x >= width || y >= height) return LETTERBOX_GREY;
      return COLOURS[x < width / 2 ? 0 : 1][channel];
    });
    expect([...planes]).toEqual(expected);

    // As of an image before it.
    const units = new Float32Array(3 * area).fill(Number.NaN);
    writeUnitPlanes(await readPlacedImage(bytes, input), units);
    expect(units).toEqual(Float32Array.from(planes, (byte) => byte / 255));
  });

  it('have the colours of an image of 16 bits as its profile says', async () => {
    const colour = COLOURS[0];
    const deep = sharp(
      Uint16Array.from([...colour, ...colour], (value) => 257 * value),
      {
        raw: { width: 2, height: 1, channels: 3 },
      },
    );
    const { icc } = await sharp(
      await sharp(await picture(2, 1))
        .withIccProfile('srgb')
        .png()
        .toBuffer(),
    ).metadata();
    const bytes = withProfile(await deep.toColourspace('rgb16').png().toBuffer(), icc ?? Buffer.of());
    expect(await sharp(bytes).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true });
    const { rgb } = await readPlacedImage(bytes, INPUT);
    // Rounded twice.
    for (const [channel, value] of colour.entries()) expect(Math.abs((rgb[channel] ?? 0) - value)).toBeLessThan(3);
  });

  it('have the same image wherever its bytes lie in memory', async () => {
    const { placement, rgb } = await readPlacedImage(await picture(8, 5), INPUT);
    const [units, shifted] = [new Float32Array(3 * 64), new Float32Array(3 * 64)];
    writeUnitPlanes({ placement, rgb: new Uint8Array(rgb) }, units);
    const memory = new Uint8Array(rgb.length + 1);
    memory.set(rgb, 1);
    writeUnitPlanes({ placement, rgb: memory.subarray(1) }, shifted);
    expect(shifted).toEqual(units);
  });
});

/** A grey TIFF of one strip of floats, uncompressed. */
function floatTiff(side: number, value: number): Uint8Array {
  const data = 4 * side * side;
  const fields = [
    [256, side],
    [257, side],
    [258, 32],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, side],
    [279, data],
    [339, 3],
  ] as const;
  const file = new DataView(new ArrayBuffer(8 + data + 2 + 12 * fields.length + 4));
  for (const [offset, word] of [0x4949, 42, 8 + data].entries()) file.setUint16(2 * offset, word, true);
  for (let at = 8; at < 8 + data; at += 4) file.setFloat32(at, value, true);
  file.setUint16(8 + data, fields.length, true);
  for (const [index, [tag, content]] of fields.entries()) {
    const at = 10 + data + 12 * index;
    file.setUint16(at, tag, true);
    file.setUint16(at + 2, 4, true);
    file.setUint32(at + 4, 1, true);
    file.setUint32(at + 8, content, true);
  }
  return new Uint8Array(file.buffer);
}

it('refuses an image of floats, which would turn black', async () => {
  await expect(readPlacedImage(floatTiff(32, 0.8), INPUT)).rejects.toMatchObject({
    code: 'image-unreadable',
    message: /float/,
  });
});

/** A picture of one colour whose header promises another size than it has. */
async function promising(format: 'jpeg' | 'png', width: number, height: number): Promise<Buffer> {
  const file = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } })
    .toFormat(format)
    .toBuffer();
  if (format === 'jpeg') {
    // SOF0: marker, length, precision, height, width.
    const frame = file.indexOf(Buffer.of(0xff, 0xc0));
    file.writeUInt16BE(height, frame + 5);
    file.writeUInt16BE(width, frame + 7);
  } else {
    // IHDR is the first chunk: length, type, width, height, five more bytes, checksum of all but the length.
    file.writeUInt32BE(width, 16);
    file.writeUInt32BE(height, 20);
    file.writeUInt32BE(crc32(file.subarray(12, 29)), 29);
  }
  return file;
}

it.each(['jpeg', 'png'] as const)(
  'refuses a %s of more pixels than a device has memory for, by its header',
  async (format) => {
    await expect(readPlacedImage(await promising(format, 10_000, 5_001), INPUT)).rejects.toMatchObject({
      code: 'image-unreadable',
      message: 'The image has more than 50 megapixels. Send it smaller, or in parts.',
    });
  },
);
