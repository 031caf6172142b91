import type { Split } from '@assay/dataset';
import { describe, expect, it } from 'vitest';
import { groupsOf } from './groups.ts';
import { assignSplits } from './part-groups.ts';

const parts = (
  count: number,
  since = (index: number) => `2026-03-04T10:00:${String(index % 60).padStart(2, '0')}.000Z`,
) =>
  Array.from({ length: count }, (_, index) => ({
    imageId: `i${index}`,
    station: `s${index % 3}`,
    part: `p${index}`,
    groupSince: since(index),
  }));

const assigned = (images: Parameters<typeof groupsOf>[0]) => assignSplits(groupsOf(images, []));

const countOf = (splits: Map<string, Split>, split: Split) =>
  [...splits.values()].filter((value) => value === split).length;

describe('assignSplits', () => {
  it('comes out at 70, 15 and 15 percent', () => {
    for (const count of [20, 40, 100, 333]) {
      const found = assigned(parts(count));
      expect(Math.abs(countOf(found, 'train') - 0.7 * count)).toBeLessThanOrEqual(2);
      expect(Math.abs(countOf(found, 'validation') - 0.15 * count)).toBeLessThanOrEqual(2);
      expect(Math.abs(countOf(found, 'test') - 0.15 * count)).toBeLessThanOrEqual(2);
    }
  });

  it('gives every split a part when there are three', () => {
    expect([...assigned(parts(3)).values()].sort()).toEqual(['test', 'train', 'validation']);
  });

  it('refuses fewer parts than there are splits', () => {
    expect(() => assigned(parts(2))).toThrow('show 2 different parts');
  });

  it('does not depend on the order of the images', () => {
    expect(assigned(parts(50).toReversed())).toEqual(assigned(parts(50)));
  });

  it('leaves a part where it was when more parts come', () => {
    const late = (index: number) => `2026-03-${index < 50 ? '04' : '05'}T10:00:00.000Z`;
    const before = assigned(parts(50, late));
    const after = assigned(parts(120, late));
    for (const [group, split] of before) expect(after.get(group)).toBe(split);
  });

  it('does not fall in step with what is periodic on the line', () => {
    // Every fifth part is free of defects: the test must not consist of these, nor be without them.
    const found = assigned(parts(200, (index) => new Date(1e12 + 1000 * index).toISOString()));
    const clean = parts(200).filter((_, index) => index % 5 === 0);
    const inTest = clean.filter(({ station, part }) => found.get(`${station}/${part}`) === 'test').length;
    expect(inTest).toBeGreaterThan(1);
    expect(inTest).toBeLessThan(15);
  });
});
