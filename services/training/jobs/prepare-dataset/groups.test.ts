import { describe, expect, it } from 'vitest';
import { groupsOf } from './groups.ts';

const image = (imageId: string, part: string, day = 1, station = 's1') => ({
  imageId,
  station,
  part,
  groupSince: `2026-03-0${day}T10:00:00.000Z`,
});

const shown = (...given: Parameters<typeof groupsOf>) =>
  groupsOf(...given).map(({ name, images }) => `${name}: ${images.join(' ')}`);

describe('groupsOf', () => {
  it('keeps the photographs of a part at a station together', () => {
    const images = [image('a', 'p1'), image('b', 'p2', 2), image('c', 'p1'), image('d', 'p1', 3, 's2')];
    expect(shown(images, [])).toEqual(['s1/p1: a c', 's1/p2: b', 's2/p1: d']);
  });

  it('takes a name for the same however its accents are written, and for as old as the older of the two', () => {
    const [composed, decomposed] = ['Gehäuse'.normalize('NFC'), 'Gehäuse'.normalize('NFD')];
    const images = [image('a', decomposed), image('b', 'p2', 2), image('c', composed, 3)];
    expect(shown(images, [])).toEqual([`s1/${composed}: a c`, 's1/p2: b']);
    expect(shown(images.toReversed(), [])).toEqual(shown(images, []));
  });

  it('puts parts together of which images are known to be of one thing, also by way of a third', () => {
    const images = [
      image('a', 'p1'),
      image('b', 'p2', 2),
      image('c', 'p3', 3),
      image('d', 'p4', 4),
      image('e', 'p2', 2),
    ];
    expect(
      shown(images, [
        ['c', 'e'],
        ['a', 'c'],
      ]),
    ).toEqual(['s1/p1: a b c e', 's1/p4: d']);
  });

  it('calls a group by its earliest part, whatever the order of images and pairs', () => {
    const images = [image('a', 'p1', 3), image('b', 'p2', 1), image('c', 'p3', 2)];
    const pairs = [
      ['a', 'c'],
      ['b', 'c'],
    ] as const;
    expect(shown(images, pairs)).toEqual(['s1/p2: a b c']);
    expect(shown(images.toReversed(), pairs.toReversed())).toEqual(['s1/p2: a b c']);
  });
});
