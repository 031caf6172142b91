import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Rejection } from '../domain/rejection.ts';
import { decodeBmp } from './bmp-decoder.ts';
import { checkImage } from './image-decoder.ts';

/** A picture with a gradient, so that it is neither even nor small. */
async function picture(width = 64, height = 48) {
  const data = Buffer.alloc(width * height * 3);
  for (let index = 0; index < data.length; index += 1) data[index] = (index * 7) % 251;
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** An uncompressed 24-bit BMP with rows from the bottom. */
function bmp24(width: number, height: number, pixel: (x: number, y: number) => [number, number, number]): Buffer {
  const stride = Math.ceil((width * 3) / 4) * 4;
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM');
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [red, green, blue] = pixel(x, y);
      file.set([blue, green, red], 54 + stride * (height - 1 - y) + x * 3);
    }
  }
  return file;
}

const codeOf = async (key: string, bytes: Uint8Array): Promise<string> => {
  try {
    await checkImage(key, bytes);
  } catch (error) {
    if (error instanceof Rejection) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('checkImage', () => {
  it('keeps a usual JPEG or PNG as it is', async () => {
    for (const format of ['jpeg', 'png'] as const) {
      const bytes = await (await picture()).toFormat(format).toBuffer();
      const checked = await checkImage(`a.${format}`, bytes);
      expect(checked).toMatchObject({ width: 64, height: 48, depth: 3, format });
      expect(checked.bytes).toBe(bytes);
    }
  });

  it('keeps TIFF, WebP and BMP as PNG', async () => {
    const tiff = await (await picture()).tiff().toBuffer();
    const webp = await (await picture()).webp({ lossless: true }).toBuffer();
    const bmp = bmp24(40, 36, (x, y) => [x, y, 0]);
    for (const [key, bytes] of [
      ['a.tif', tiff],
      ['a.webp', webp],
      ['a.bmp', bmp],
    ] as const) {
      expect(await checkImage(key, bytes)).toMatchObject({ format: 'png', depth: 3 });
    }
  });

  it('turns an image upright that EXIF says is lying', async () => {
    const bytes = await (await picture(64, 48)).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect(await checkImage('a.jpg', bytes)).toMatchObject({ width: 48, height: 64, format: 'jpeg' });
  });

  it('scales 16 bits to 8', async () => {
    const bytes = await (await picture()).toColourspace('rgb16').png().toBuffer();
    const { bytes: kept } = await checkImage('a.png', bytes);
    expect((await sharp(kept).metadata()).depth).toBe('uchar');
  });

  it('tells what is wrong with a file by a code', async () => {
    const jpeg = await (await picture(320, 240)).jpeg().toBuffer();
    const even = await sharp({ create: { width: 64, height: 64, channels: 3, background: 'black' } })
      .png()
      .toBuffer();
    expect(await codeOf('a.jpg', jpeg.subarray(0, jpeg.length / 2))).toBe('truncated');
    expect(await codeOf('a.jpg', Buffer.concat([jpeg, Buffer.from('PK')]))).toBe('corrupt');
    expect(await codeOf('a.png', await (await picture(16, 64)).png().toBuffer())).toBe('too-small');
    expect(await codeOf('a.png', even)).toBe('featureless');
    expect(await codeOf('a.gif', await (await picture()).gif().toBuffer())).toBe('unsupported-format');
    expect(await codeOf('a.jpg', Buffer.from('hello'))).toBe('unknown-format');
    expect(await codeOf('a.bmp', bmp24(40, 40, () => [1, 2, 3]).subarray(0, 500))).toBe('truncated');
  });
});

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

const hostile = path.resolve(import.meta.dirname, '../../../../shared/data/bad-images');
const manifestSchema = z.object({
  entries: z.array(
    z.object({
      file: z.string(),
      group: z.string(),
      what: z.string(),
      expect: z.string(),
      also_acceptable: z.array(z.string()),
    }),
  ),
});

describe.skipIf(!existsSync(hostile))('hostile images (skipped: ../shared/data/bad-images is not there)', () => {
  const manifest = existsSync(hostile)
    ? manifestSchema.parse(JSON.parse(readFileSync(path.join(hostile, 'manifest.json'), 'utf8')))
    : { entries: [] };
  const files = manifest.entries.filter(({ group }) => group !== 'name');

  it.each(files.map((entry) => [entry.file, entry] as const))(
    '%s',
    async (file, entry) => {
      const bytes = readFileSync(path.join(hostile, file));
      const answer = await checkImage(file, bytes).then(
        (checked) => (checked.bytes === bytes ? 'accept' : 'normalise'),
        (error: unknown) => {
          if (!(error instanceof Rejection)) throw error;
          return 'quarantine';
        },
      );
      expect([entry.expect, ...entry.also_acceptable], entry.what).toContain(answer);
    },
    10_000,
  );
});
