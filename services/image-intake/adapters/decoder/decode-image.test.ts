import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bmp24 } from '../../domain/format/bmp-sample.ts';
import { extensionFits } from '../../domain/format/file-format.ts';
import { readHeader } from '../../domain/format/header.ts';
import { Rejection } from '../../domain/rejection.ts';
import { decodeImage } from './decode-image.ts';

/** A picture with a gradient, so that it is neither even nor small. */
async function picture(width = 64, height = 48) {
  const data = Buffer.alloc(width * height * 3);
  for (let index = 0; index < data.length; index += 1) data[index] = (index * 7) % 251;
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** What the decoder process does with a file, in this process. */
const checkImage = (key: string, bytes: Uint8Array) => {
  const header = readHeader(bytes);
  return decodeImage(bytes, header, header.plain && extensionFits(key, header.format));
};

const codeOf = async (key: string, bytes: Uint8Array): Promise<string> => {
  try {
    await checkImage(key, bytes);
  } catch (error) {
    if (error instanceof Rejection) return error.code;
    throw error;
  }
  return 'accepted';
};

describe('decodeImage', () => {
  it('keeps a usual JPEG or PNG as it is', async () => {
    for (const format of ['jpeg', 'png'] as const) {
      const bytes = await (await picture()).toFormat(format).toBuffer();
      const checked = await checkImage(`a.${format}`, bytes);
      expect(checked).toMatchObject({ width: 64, height: 48, depth: 3, format });
      expect(checked.bytes).toBeUndefined();
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

  it('says when the camera took it, of an image that it keeps and of one that it makes', async () => {
    const taken = (await picture()).withExif({ IFD2: { DateTimeOriginal: '2026:03:04 08:15:29' } });
    for (const key of ['a.jpg', 'wrong-name.png'])
      expect(await checkImage(key, await taken.clone().jpeg().toBuffer())).toMatchObject({
        capturedAt: '2026-03-04T08:15:29.000Z',
      });
  });

  it('accepts an image whose EXIF says no time, or nonsense', async () => {
    const noon = (await picture()).withExif({ IFD2: { DateTimeOriginal: 'noon' } });
    for (const image of [noon, (await picture()).withMetadata({ orientation: 1 })])
      expect(await checkImage('a.jpg', await image.jpeg().toBuffer())).not.toHaveProperty('capturedAt');
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
