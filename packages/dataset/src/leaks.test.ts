import { toBeCompared } from '@assay/vision';
import { describe, expect, it } from 'vitest';
import { leaksAcross, type SplitImage } from './leaks.ts';

const SIDE = 128;

/** Coarse grain, the same for the same seed, cut out at a place. */
function surface(seed: number, left = 0) {
  const values = Uint8Array.from({ length: SIDE * SIDE }, (_, index) => {
    const [x, y] = [Math.floor((left + (index % SIDE)) / 3), Math.floor(index / SIDE / 3)];
    let mixed = Math.imul(x + 1, 73_856_093) ^ Math.imul(y + 1, 19_349_663) ^ Math.imul(seed, 83_492_791);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
    return (mixed ^ (mixed >>> 13)) & 0xff;
  });
  return toBeCompared({ width: SIDE, height: SIDE, values });
}

const image = (imageId: string, split: SplitImage['split'], compared = surface(imageId.charCodeAt(0))) => ({
  imageId,
  split,
  group: imageId,
  station: '',
  compared,
});
/** So that it shows what any two have in common. */
const others = [...'klmnopq'].map((name) => image(name, 'train'));

describe('leaksAcross', () => {
  it('finds nothing between splits that have nothing in common', () => {
    expect(leaksAcross([image('a', 'train'), image('b', 'test'), image('c', 'validation'), ...others])).toEqual([]);
  });

  it('finds a picture that was learnt from and is measured on, moved a little, whatever it is said to be of', () => {
    const images = [image('a', 'test', surface(7, 12)), image('b', 'train', surface(7)), ...others];
    const leak = { images: ['b', 'a'], splits: ['train', 'test'], because: 'pixels' };
    expect(leaksAcross(images)).toEqual([{ ...leak, likeness: expect.any(Number) }]);
    expect(leaksAcross(images.toReversed())).toEqual(leaksAcross(images));
  });

  it('takes no leak for one between images of a split, nor one with an image that is left out', () => {
    const same = surface(7);
    expect(
      leaksAcross([image('a', 'test', same), image('b', 'test', same), image('c', 'excluded', same), ...others]),
    ).toEqual([]);
  });

  it('finds the one picture that is measured on among ever so many that are learnt from, whatever is left out between', () => {
    const same = surface(7);
    const copies = (name: string, split: SplitImage['split'], count: number) =>
      Array.from({ length: count }, (_, index) => image(`${name}${index}`, split, same));
    const crowd = [...'klmnopqrstuvw'].flatMap((name) =>
      [0, 1, 2].map((x) => image(name + x, 'train', surface(x * 256 + name.charCodeAt(0)))),
    );
    const leaks = leaksAcross([
      ...copies('a', 'train', 50),
      ...copies('b', 'excluded', 20),
      image('c', 'test', same),
      ...crowd,
    ]);
    expect(leaks[0]).toMatchObject({ images: [expect.stringMatching(/^a/), 'c'], splits: ['train', 'test'] });
  });

  it('tells that validation leaks, too, and a group that straddles splits though its pixels do not tell', () => {
    const pair = [
      { ...image('a', 'validation'), group: 'tag 1' },
      { ...image('b', 'train'), group: 'tag 1' },
      { ...image('c', 'train'), group: 'tag 1' },
    ];
    expect(leaksAcross([...pair, ...others])).toEqual([
      { images: ['b', 'a'], splits: ['train', 'validation'], because: 'group' },
    ]);
  });
});
