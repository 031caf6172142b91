import { describe, expect, it } from 'vitest';
import { seededRandom } from '../seeded-random.ts';
import { blur } from './blur.ts';
import { toBeCompared } from './compared-image.ts';
import type { GreyImage } from './grey-image.ts';
import { nearDuplicates } from './near-duplicates.ts';
import { ORIENTATIONS, oriented } from './orientation.ts';

/** A surface with grain of its own, from 0 to 255. */
function surface(seed: number, side = 320): GreyImage {
  const random = seededRandom(seed);
  const noise = Float32Array.from({ length: side * side }, () => 255 * random());
  const [fine, coarse] = [1, 3].map((sigma) => blur({ width: side, height: side, values: noise }, sigma));
  const values = fine!.map((value, index) => clamped(128 + 2 * (value - 128) + 5 * (coarse![index]! - 128)));
  return { width: side, height: side, values };
}

const clamped = (value: number): number => Math.min(255, Math.max(0, value));

function cut({ width, values }: GreyImage, left: number, top: number, size: [number, number] = [200, 200]): GreyImage {
  const [columns, rows] = size;
  const part = Float32Array.from(
    { length: columns * rows },
    (_, index) => values[(top + Math.floor(index / columns)) * width + left + (index % columns)]!,
  );
  return { width: columns, height: rows, values: part };
}

const changed = (
  { width, height, values }: GreyImage,
  change: (value: number, index: number) => number,
): GreyImage => ({
  width,
  height,
  values: Float32Array.from(values, (value, index) => clamped(change(value, index))),
});

/** Nothing is known of the images. */
const duplicatesAmong = (images: GreyImage[]) =>
  nearDuplicates(
    images.map(toBeCompared),
    images.map((_, index) => ({ group: String(index), place: '' })),
  );
/** Others, so that it shows what any two have in common. */
const others = Array.from({ length: 8 }, (_, index) => cut(surface(50 + index), 0, 0));
const pairsOf = (...images: GreyImage[]) =>
  duplicatesAmong([...images, ...others]).map(({ first, second }) => [first, second]);

describe('nearDuplicates', () => {
  it('finds a picture again that was lit otherwise and has noise of its own', () => {
    const picture = cut(surface(1), 60, 60);
    const random = seededRandom(9);
    const again = changed(picture, (value) => 0.6 * value + 30 + 12 * (random() - 0.5));
    expect(pairsOf(picture, cut(surface(2), 60, 60), again)).toEqual([[0, 2]]);
  });

  it('finds pictures that share a corner of two fifths of a side', () => {
    const sheet = surface(3);
    expect(pairsOf(cut(sheet, 0, 0), cut(surface(4), 0, 0), cut(sheet, 120, 120))).toEqual([[0, 2]]);
  });

  it('finds pictures of other sizes and shapes', () => {
    const sheet = surface(5);
    expect(pairsOf(cut(sheet, 0, 40, [250, 120]), cut(sheet, 90, 0, [100, 240]))).toEqual([[0, 1]]);
  });

  it.each(ORIENTATIONS)('finds a picture again that is laid otherwise, moved and in other light: %o', (orientation) => {
    const sheet = surface(5);
    const again = changed(oriented(cut(sheet, 34, 25, [180, 240]), orientation), (value) => 0.7 * value + 30);
    expect(pairsOf(cut(sheet, 20, 40, [200, 220]), cut(surface(4), 0, 0), again)).toEqual([[0, 2]]);
    expect(pairsOf(again, cut(surface(4), 0, 0), cut(sheet, 20, 40, [200, 220]))).toEqual([[0, 2]]);
  });

  it('tells parts of one shape apart that are as alike in the mirror', () => {
    const ring = (seed: number) =>
      changed(cut(surface(seed), 0, 0), (value, index) => {
        const distance = Math.hypot((index % 200) - 99.5, Math.floor(index / 200) - 99.5);
        return (distance < 80 && distance > 30 ? 180 : 20) + 0.15 * (value - 128);
      });
    const rings = Array.from({ length: 12 }, (_, index) => ring(400 + index));
    expect(duplicatesAmong(rings)).toEqual([]);
    const [, , mirrored] = ORIENTATIONS;
    expect(duplicatesAmong([...rings, oriented(rings[0]!, mirrored!)])).toMatchObject([{ first: 0, second: 12 }]);
  });

  it('says how alike they are', () => {
    const picture = cut(surface(6), 0, 0);
    const [same] = duplicatesAmong([picture, picture, ...others]);
    expect(same?.likeness).toBeGreaterThan(0.9);
    expect(same?.likeness).toBeLessThanOrEqual(1);
  });

  it.each([2, 3, 20])('finds a picture again of which there is nothing but %i copies', (copies) => {
    const picture = cut(surface(6), 0, 0);
    expect(duplicatesAmong(Array.from({ length: copies }, () => picture))).toHaveLength((copies * (copies - 1)) / 2);
  });

  it('tells parts of one shape apart, each with a surface of its own', () => {
    const part = (seed: number) => {
      const grain = cut(surface(seed), 0, 0);
      return changed(grain, (value, index) => {
        const [x, y] = [index % 200, Math.floor(index / 200)];
        const isPart = x > 30 && x < 170 && y > 30 && y < 170;
        const isHole = Math.hypot(x - 60, y - 60) < 14 || Math.hypot(x - 140, y - 140) < 14;
        return (isPart && !isHole ? 180 : 20) + 0.15 * (value - 128);
      });
    };
    const parts = Array.from({ length: 12 }, (_, index) => part(100 + index));
    expect(duplicatesAmong(parts)).toEqual([]);
    const again = changed(parts[0]!, (value) => 0.9 * value);
    expect(duplicatesAmong([...parts, again])).toMatchObject([{ first: 0, second: 12 }]);
  });

  it('tells parts apart behind which two places have something of their own', () => {
    const place = (seed: number) => {
      const background = surface(seed, 128);
      return Array.from({ length: 16 }, (_, index) => {
        const part = surface(200 * seed + index, 128).values;
        return changed(background, (value, at) => 0.7 * value + 0.3 * part[at]!);
      });
    };
    const [here, there] = [place(300), place(301)];
    const again = changed(here[3]!, (value) => Math.round(0.9 * value + 10));
    const images = [...here, ...there, again].map(toBeCompared);
    const known = images.map((_, index) => ({ group: String(index), place: '' }));
    expect(nearDuplicates(images, known).length).toBeGreaterThan(50);
    const placed = known.map(({ group }, index) => ({ group, place: index >= 16 && index < 32 ? 'there' : 'here' }));
    expect(nearDuplicates(images, placed)).toMatchObject([{ first: 3, second: 32 }]);
  });

  it('does not look for pairs of what is known to belong together', () => {
    const picture = cut(surface(6), 0, 0);
    const images = [picture, picture, picture, ...others];
    const found = nearDuplicates(
      images.map(toBeCompared),
      images.map((_, index) => ({ group: index < 2 ? 'part 1' : `other ${index}`, place: '' })),
    );
    expect(found.map(({ first, second }) => [first, second])).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  it.each([[40], [30], [28]])('finds a picture of %i pixels a side again, in other light, and no other', (side) => {
    const tiny = Array.from({ length: 30 }, (_, index) => cut(surface(10 + index), 0, 0, [side, side]));
    expect(
      pairsOf(
        ...tiny,
        changed(tiny[4]!, (value) => Math.round(0.8 * value + 20)),
      ),
    ).toEqual([[4, 30]]);
  });

  it('finds what of a small picture is in another of its size', () => {
    const sheet = surface(9);
    expect(pairsOf(cut(sheet, 0, 0, [44, 44]), cut(sheet, 5, 3, [44, 44]))).toEqual([[0, 1]]);
  });

  it('asks for nearly the same where a few rows of pixels are all there is', () => {
    const strip = cut(surface(11), 0, 0, [300, 8]);
    const random = seededRandom(12);
    const spoiled = changed(strip, (value) => value + 60 * (random() - 0.5));
    expect(duplicatesAmong([strip, changed(strip, (value) => 0.9 * value), ...others])).toMatchObject([
      { first: 0, second: 1 },
    ]);
    expect(duplicatesAmong([strip, spoiled, ...others])).toEqual([]);
  });

  it('finds nothing in pictures without anything in them, nor in those that are too small to tell', () => {
    const plain = changed(cut(surface(7), 0, 0), () => 90);
    const spot = changed(cut(surface(7), 0, 0, [30, 30]), () => 90);
    const tiny = cut(surface(8), 0, 0, [12, 12]);
    expect(pairsOf(plain, plain, spot, spot, tiny, tiny)).toEqual([]);
  });
});
