import { describe, expect, it } from 'vitest';
import type { CocoImage } from '../dataset/coco.ts';
import { splitByGroup, splitByList } from './split.ts';

const image = (fileName: string, part?: string): CocoImage => ({
  fileName,
  width: 10,
  height: 10,
  boxes: [],
  crowds: [],
  ...(part ? { part } : {}),
});
const images = Array.from({ length: 40 }, (_, i) => image(`${i}.jpg`, `part-${i % 8}`));
const names = (list: readonly CocoImage[]) => list.map(({ fileName }) => fileName);

describe('split by group', () => {
  it('keeps every group whole and sets about a seventh aside', () => {
    const { train, validation } = splitByGroup(images, 1);
    const parts = (list: readonly CocoImage[]) => new Set(list.map(({ part }) => part));
    expect(parts(train).isDisjointFrom(parts(validation))).toBe(true);
    expect(train.length + validation.length).toBe(40);
    expect(validation).toHaveLength(10);
  });

  it.each([1, 2, 3, 4, 5, 6])('trains on the one group that has nearly all images, with seed %i', (seed) => {
    const parts = Array.from({ length: 40 }, (_, i) => image(`${i}.jpg`, i < 37 ? 'many' : 'few'));
    const { train, validation } = splitByGroup(parts, seed);
    expect([train.length, validation.length]).toEqual([37, 3]);
  });

  it('depends on the seed, not on the order of the images', () => {
    const sorted = names(splitByGroup(images, 1).validation).toSorted();
    expect(names(splitByGroup(images.toReversed(), 1).validation).toSorted()).toEqual(sorted);
    const others = [2, 3, 4].map((seed) => names(splitByGroup(images, seed).validation).toSorted());
    expect(others.some((other) => other.join() !== sorted.join())).toBe(true);
  });

  it('takes an image without a group for one of its own', () => {
    const { train, validation } = splitByGroup([image('a'), image('b')], 1);
    expect([train.length, validation.length]).toEqual([1, 1]);
  });

  it('leaves something to train on, even if the other group is large', () => {
    const lopsided = [image('a', 'small'), ...Array.from({ length: 9 }, (_, i) => image(`${i}`, 'large'))];
    for (const seed of [1, 2, 3, 4]) expect(splitByGroup(lopsided, seed).train.length).toBeGreaterThan(0);
    expect(() => splitByGroup([image('a', 'one'), image('b', 'one')], 1)).toThrow(/none can be set aside/);
  });
});

describe('split by list', () => {
  const split = (lists: unknown) => splitByList(images, JSON.stringify(lists), 'splits.json');

  it('takes the named images, and leaves out those in neither list', () => {
    const { train, validation } = split({ policy: 'x', train: ['1.jpg', '0.jpg'], val: ['7.jpg'], test: ['9.jpg'] });
    expect([names(train), names(validation)]).toEqual([['1.jpg', '0.jpg'], ['7.jpg']]);
  });

  it.each([
    [{ train: ['0.jpg'], validation: ['0.jpg'] }, /"0\.jpg" in both splits/],
    [{ train: ['0.jpg'], validation: ['1.jpg', '2.jpg', '1.jpg'] }, /"1\.jpg" in one split twice/],
    [{ train: ['0.jpg'], validation: ['8.jpg'] }, /trains on "0\.jpg" and validates on "8\.jpg".*one group, part-0/],
    [{ train: ['x.jpg'], validation: ['0.jpg'] }, /names "x\.jpg", which the annotations don't/],
    [{ train: ['0.jpg'] }, /no list "validation" or "val"/],
    [{ train: [], validation: ['0.jpg'] }, /has no splits/],
  ])('refuses %j', (lists, reason) => {
    expect(() => split(lists)).toThrow(reason);
    expect(() => splitByList(images, '{', 'splits.json')).toThrow('splits.json is not JSON.');
  });
});
