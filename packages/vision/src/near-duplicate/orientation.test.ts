import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { blur } from './blur.ts';
import type { GreyImage } from './grey-image.ts';
import { ORIENTATIONS, oriented, orientedFeatures } from './orientation.ts';
import { patchHash } from './patch-hash.ts';

const [WIDTH, HEIGHT] = [60, 44];

function picture(): GreyImage {
  const random = seededRandom(1);
  const values = Float32Array.from({ length: WIDTH * HEIGHT }, () => 255 * random());
  return { width: WIDTH, height: HEIGHT, values: blur({ width: WIDTH, height: HEIGHT, values }, 2) };
}

describe('an orientation', () => {
  it('is one of the eight of a picture', () => {
    const letter = { width: 2, height: 3, values: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    const rows = ORIENTATIONS.map((orientation) => {
      const { width, values } = oriented(letter, orientation);
      return [...values]
        .join('')
        .replaceAll(new RegExp(`.{${width}}`, 'g'), '$& ')
        .trim();
    });
    expect(rows).toEqual(['12 34 56', '56 34 12', '21 43 65', '65 43 21', '135 246', '246 135', '531 642', '642 531']);
  });

  it.each(ORIENTATIONS)(
    'gives features the places and hashes that they have in the picture laid so: %o',
    (orientation) => {
      const image = picture();
      const places = [
        [16, 16],
        [44, 28],
        [30, 20],
        [17, 27],
      ] as const;
      const features = places.map(([x, y]) => ({
        x,
        y,
        ...patchHash(Float32Array.from(image.values), WIDTH, x, y),
      }));
      const { width, values } = oriented(image, orientation);
      for (const { x, y, ...hash } of orientedFeatures([{ grey: image, features }], orientation).flat())
        expect(hash).toEqual(patchHash(Float32Array.from(values), width, x, y));
    },
  );
});
