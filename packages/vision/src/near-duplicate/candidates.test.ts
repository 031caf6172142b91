import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { candidatesAmong } from './candidates.ts';
import type { Feature } from './features.ts';

/** Spots of a picture of its own, all over it. */
function picture(seed: number, count = 20): Feature[] {
  const random = seededRandom(seed);
  const upTo = (limit: number) => Math.floor(limit * random());
  return Array.from({ length: count }, () => ({ x: upTo(200), y: upTo(200), hash: upTo(2 ** 32), spare: 0 }));
}

/** The same spots in a picture that is moved. */
const moved = (features: Feature[], dx: number, dy: number): Feature[] =>
  features.map((feature) => ({ ...feature, x: feature.x - dx, y: feature.y - dy }));

const pairsOf = (images: Feature[][]) => candidatesAmong(images).map(({ first, second }) => `${first} ${second}`);

describe('candidatesAmong', () => {
  it('tells how one picture is moved against the other', () => {
    const images = [picture(1), picture(2), moved(picture(1), 40, -12)];
    expect(candidatesAmong(images)).toEqual([{ first: 0, second: 2, dx: 40, dy: -12 }]);
  });

  it('tells every pair of what is there a few times', () => {
    expect(pairsOf(Array.from({ length: 48 }, () => picture(1)))).toHaveLength((48 * 47) / 2);
  });

  it('tells each image with the next of what is there many times, wherever others come between', () => {
    const copies = 300;
    const images = Array.from({ length: 2 * copies }, (_, index) => picture(index % 2 === 0 ? 1 : 1 + index));
    const pairs = pairsOf(images);
    for (let index = 2; index < images.length; index += 2) expect(pairs).toContain(`${index - 2} ${index}`);
    expect(pairs.length).toBeLessThan(10 * copies);
  });

  it('finds two of one picture among many that are like them in half of their bits', () => {
    const like = (index: number) =>
      picture(1).map((feature) => ({ ...feature, hash: ((feature.hash & 0xffff) | (index << 16)) >>> 0 }));
    const images = [picture(1), ...Array.from({ length: 100 }, (_, index) => like(900 * index)), picture(1)];
    expect(pairsOf(images)).toContain('0 101');
  });

  it('does not compare an image with itself, whatever it repeats', () => {
    const [spot] = picture(1, 1);
    const stripes = Array.from({ length: 60 }, (_, index) => ({ ...spot!, x: 16 + 3 * index }));
    expect(pairsOf([stripes])).toEqual([]);
    expect(pairsOf([stripes, stripes])).toEqual(['0 1']);
  });
});
