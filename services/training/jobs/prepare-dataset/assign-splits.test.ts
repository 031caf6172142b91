import type { LabelledImage } from '@assay/dataset';
import { describe, expect, it } from 'vitest';
import { assignSplits } from './assign-splits.ts';
import type { LedgerEntry } from './ledger.ts';

/** An image by a short name, of a part that was first seen on a day. */
function image(name: string, part: string, day = 1): LabelledImage {
  return {
    imageId: name,
    uri: `s3://images/${name}.png`,
    width: 64,
    height: 64,
    station: 's1',
    part,
    origin: 'upload',
    boxes: [{ left: 1, top: 1, width: 9, height: 9, classId: 0, className: 'scratch' }],
    labelingJob: 'job',
    labeledAt: '2026-03-04T10:00:00.000Z',
    groupSince: `2026-03-${String(day).padStart(2, '0')}T10:00:00.000Z`,
  };
}

const assign = (
  images: readonly LabelledImage[],
  pairs: [string, string][] = [],
  entries: readonly LedgerEntry[] = [],
  given = false,
) => assignSplits(images, pairs, { entries, version: entries.length > 0 ? 2 : 1, given });

const splitsOf = ({ entries }: { entries: readonly LedgerEntry[] }) =>
  Object.fromEntries(entries.map(({ imageId, split }) => [imageId, split]));

/** Three parts, one in each split. */
const first = [image('a', 'p1', 1), image('b', 'p2', 2), image('c', 'p3', 3)];
const ledger = assign(first).entries;

describe('assignSplits', () => {
  it('gives every split a part when there are three', () => {
    expect(splitsOf(assign(first))).toEqual({ a: 'train', b: 'test', c: 'validation' });
  });

  it('gives every split a defect when three parts have one, whatever came before', () => {
    const faultless = Array.from({ length: 9 }, (_, index) => ({ ...image(`f${index}`, `f${index}`, 1), boxes: [] }));
    for (const count of [0, 1, 2, 3, 9]) {
      const splits = splitsOf(
        assign([...faultless.slice(0, count), ...first.map((one) => ({ ...one, groupSince: '2026-04' }))]),
      );
      expect([splits.a, splits.b, splits.c].sort(), `after ${count}`).toEqual(['test', 'train', 'validation']);
    }
  });

  it('does not depend on the order of the images', () => {
    const images = Array.from({ length: 40 }, (_, index) => image(`i${index}`, `p${index >> 1}`, 1 + (index >> 1)));
    expect(assign(images.toReversed())).toEqual(assign(images));
  });

  it('leaves everything where it was when more parts come, with and without the ledger', () => {
    const images = Array.from({ length: 28 }, (_, index) => image(`i${index}`, `p${index}`, 1 + index));
    const before = assign(images.slice(0, 10));
    for (const after of [assign(images), assign(images, [], before.entries)])
      expect(splitsOf(after)).toMatchObject(splitsOf(before));
  });

  it('changes nothing when nothing is new', () => {
    expect(assign(first).changed).toBe(true);
    expect(assign(first, [], ledger)).toMatchObject({ changed: false, entries: ledger });
  });

  it('remembers where an image was that is labelled no more, and puts it back there', () => {
    const without = assign([first[0]!, first[2]!, image('d', 'p4', 4)], [], ledger);
    expect(splitsOf(without)).toEqual({ a: 'train', b: 'test', c: 'validation', d: 'test' });
    expect(splitsOf(assign([...first, image('d', 'p4', 4)], [], without.entries))).toEqual(splitsOf(without));
  });

  it('calls a group the same whatever the lineage has seen since', () => {
    const later = assign([...first, image('n', 'p0', 0)], [['b', 'n']], ledger);
    const names = ({ groups }: { groups: readonly { name: string }[] }) => groups.map(({ name }) => name);
    expect(names(assign(first, [], later.entries))).toEqual(names(assign(first)));
  });

  it('puts later photographs of a part where the part is, but none into the frozen test set', () => {
    const later = [image('a2', 'p1'), image('b2', 'p2', 2), image('c2', 'p3', 3)];
    const { entries } = assign([...first, ...later], [], ledger);
    expect(splitsOf({ entries })).toMatchObject({ a2: 'train', b2: 'excluded', c2: 'validation', b: 'test' });
    expect(entries.find(({ imageId }) => imageId === 'b2')?.because).toEqual({ rule: 'test-set-frozen', of: 'b' });
  });

  it('does not learn from a tested part that came from a computer which writes its name with other code points', () => {
    const tested = image('b', 'Gehäuse'.normalize('NFD'), 2);
    const { entries } = assign([first[0]!, tested, first[2]!]);
    const later = assign([...first.toSpliced(1, 1), image('b2', 'Gehäuse'.normalize('NFC'), 4)], [], entries);
    expect(splitsOf({ entries })).toMatchObject({ b: 'test' });
    expect(splitsOf(later)).toMatchObject({ b2: 'excluded' });
  });

  it('knows a part of the test set whose images are labelled no more', () => {
    const { entries } = assign([first[0]!, first[2]!, image('b2', 'p2', 2)], [], ledger);
    expect(splitsOf({ entries })).toMatchObject({ b: 'test', b2: 'excluded' });
  });

  it('learns no more from what turns out to show what is tested, and leaves the test set as it is', () => {
    const { entries } = assign(first, [['a', 'b']], ledger);
    expect(splitsOf({ entries })).toEqual({ a: 'excluded', b: 'test', c: 'validation' });
    expect(entries[0]).toMatchObject({ since: 2, because: { rule: 'shows-what-is-tested', of: 'b' } });
    expect(entries.slice(1)).toEqual(ledger.slice(1));
  });

  it('excludes all of a part that shows what is tested, and a new part that joins it to the test set', () => {
    const images = [...first, image('a2', 'p1'), image('n', 'p9', 9)];
    const { entries } = assign(
      images,
      [
        ['b', 'n'],
        ['n', 'a2'],
      ],
      ledger,
    );
    expect(splitsOf({ entries })).toEqual({ a: 'excluded', a2: 'excluded', n: 'excluded', b: 'test', c: 'validation' });
  });

  it('keeps validation apart from training likewise', () => {
    const found = assign(
      [...first, image('n', 'p9', 9)],
      [
        ['a', 'n'],
        ['n', 'c'],
      ],
      ledger,
    );
    expect(splitsOf(found)).toEqual({ a: 'excluded', b: 'test', c: 'validation', n: 'validation' });
  });

  it('does not learn again from what was excluded, nor from later photographs of it, when the tested image is gone', () => {
    const { entries } = assign(first, [['a', 'b']], ledger);
    const later = assign([first[0]!, first[2]!, image('a2', 'p1')], [], entries);
    expect(splitsOf(later)).toMatchObject({ a: 'excluded', a2: 'excluded' });
  });

  it('remembers of what an excluded image was, when that is gone and another turns out to show the same', () => {
    const later = image('b2', 'p2', 2);
    const { entries } = assign([...first, later], [], ledger);
    const found = assign([first[0]!, first[2]!, later], [['a', 'b2']], entries);
    expect(splitsOf(found)).toEqual({ a: 'excluded', b: 'test', b2: 'excluded', c: 'validation' });
    const bridge = assign([...first, image('n', 'p9', 9)], [['b', 'n']], ledger);
    const without = assign([first[0]!, first[2]!, image('n', 'p9', 9)], [['a', 'n']], bridge.entries);
    expect(splitsOf(without)).toEqual({ a: 'excluded', b: 'test', c: 'validation', n: 'excluded' });
  });

  it('repairs nothing in a split that was brought along', () => {
    const { entries } = assign(first, [['a', 'b']], ledger, true);
    expect(entries).toEqual(ledger);
  });

  it('repairs what has come to such a split since, for the sake of what was brought along', () => {
    const later = assign([...first, image('d', 'p4', 4), image('e', 'p5', 5)], [], ledger, true).entries;
    const grown = later.map((entry): LedgerEntry => (entry.imageId === 'd' ? { ...entry, split: 'test' } : entry));
    const images = [...first, image('d', 'p4', 4), image('e', 'p5', 5)];
    const joined: [string, string][] = [['a', 'd']];
    const { entries } = assign(images, joined, grown, true);
    expect(splitsOf({ entries })).toMatchObject({ a: 'train', b: 'test', c: 'validation', d: 'excluded' });
    expect(entries.find(({ imageId }) => imageId === 'd')?.because).toEqual({ rule: 'shows-what-is-tested', of: 'a' });
    expect(splitsOf(assign(images, joined, grown))).toMatchObject({ a: 'excluded', d: 'test' });
  });
});
