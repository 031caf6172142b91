import { nearDuplicates, seededRandom } from '@assay/vision';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, it } from 'vitest';
import { comparedImage } from './compared-image.ts';

const HEIGHT = 128;

/** A strip with grain of its own: the same for the same seed. */
function strip(seed: number, width: number) {
  const random = seededRandom(seed);
  const [columns, rows] = [width / 8, HEIGHT / 8];
  const grain = Uint8Array.from({ length: columns * rows }, () => 255 * random());
  return sharp(grain, { raw: { width: columns, height: rows, channels: 1 } }).resize(width, HEIGHT, { fit: 'fill' });
}

const compared = async (image: Sharp) => comparedImage('s3://images/strip.png', await image.png().toBuffer());

describe('comparedImage', () => {
  it('scales images of usual shapes to 256 pixels at most, and none up that has room for patches', async () => {
    const sizeOf = async (width: number, height: number) => {
      const { grey } = await compared(sharp({ create: { width, height, channels: 3, background: '#777' } }));
      return [grey.width, grey.height];
    };
    expect(await sizeOf(1200, 300)).toEqual([256, 64]);
    expect(await sizeOf(300, 1200)).toEqual([64, 256]);
    expect(await sizeOf(512, 512)).toEqual([256, 256]);
    expect(await sizeOf(200, 100)).toEqual([200, 100]);
    expect(await sizeOf(1600, 200)).toEqual([512, 64]);
    expect(await sizeOf(60, 60)).toEqual([60, 60]);
    expect(await sizeOf(40, 30)).toEqual([64, 64]);
    expect(await sizeOf(200, 10)).toEqual([200, 64]);
    expect(await sizeOf(6400, 100)).toEqual([1024, 64]);
    expect(await sizeOf(100, 6400)).toEqual([64, 1024]);
  });

  it.each([8, 16, 24, 40, 100])(
    'finds a picture again that is %i times as long as high, in other light',
    async (elongation) => {
      const width = elongation * HEIGHT;
      const others = [2, 3, 4, 5, 6, 7, 8].map((seed) => compared(strip(seed, width)));
      const again = sharp(await strip(1, width).jpeg({ quality: 80 }).toBuffer()).linear(0.8, 20);
      const images = await Promise.all([compared(strip(1, width)), ...others, compared(again)]);
      const found = nearDuplicates(
        images,
        images.map((_, index) => ({ group: String(index), place: '' })),
      );
      expect(found.map(({ first, second }) => [first, second])).toEqual([[0, 8]]);
    },
  );
});
