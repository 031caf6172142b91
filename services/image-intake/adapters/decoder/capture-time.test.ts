import sharp from 'sharp';
import { expect, it } from 'vitest';
import { captureTime } from './capture-time.ts';

it.each([
  ['2026:03:04 08:15:29', '2026-03-04T08:15:29.000Z'],
  ['0000:00:00 00:00:00', undefined],
  ['    :  :     :  :  ', undefined],
  ['9999:99:99 99:99:99', undefined],
  ['yesterday', undefined],
])('takes what a camera notes as %j for %j', async (DateTimeOriginal, expected) => {
  const picture = sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } });
  const bytes = await picture.withExif({ IFD2: { DateTimeOriginal } }).jpeg().toBuffer();
  const { exif } = await sharp(bytes).metadata();
  expect(exif).toBeDefined();
  expect(captureTime(exif)).toBe(expected);
});
