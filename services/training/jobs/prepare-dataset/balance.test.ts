import type { Split } from '@assay/dataset';
import { describe, expect, it } from 'vitest';
import { Balance, type Contents } from './balance.ts';

/** Lets groups come one after the other. */
function spread(groups: readonly Contents[]): Split[] {
  const balance = new Balance();
  return groups.map((contents, index) => {
    const split = balance.choose(`s1/p${index}`, contents);
    balance.add(split, contents);
    return split;
  });
}

function shareOf(groups: readonly Contents[], chosen: readonly Split[], name: string, split: Split): number {
  const amount = (of: readonly Contents[]) => of.reduce((sum, contents) => sum + (contents[name] ?? 0), 0);
  return amount(groups.filter((_, index) => chosen[index] === split)) / amount(groups);
}

describe('the balance', () => {
  it('comes out at 70, 15 and 15 percent of the groups', () => {
    for (const count of [20, 40, 100, 333]) {
      const groups = Array.from({ length: count }, () => ({ groups: 1 }));
      const chosen = spread(groups);
      for (const [split, share] of [
        ['train', 0.7],
        ['validation', 0.15],
        ['test', 0.15],
      ] as const)
        expect(Math.abs(shareOf(groups, chosen, 'groups', split) - share) * count).toBeLessThanOrEqual(2);
    }
  });

  it('gives each split its share of every class and of what is free of defects, also where these are rare or uneven', () => {
    const groups = Array.from({ length: 200 }, (_, index): Contents => {
      const scratches = index % 4;
      const dents = index % 11 === 0 ? 1 + (index % 7) : 0;
      const clean = scratches + dents === 0 ? 3 : 0;
      return { groups: 1, scratches, dents, clean };
    });
    const chosen = spread(groups);
    for (const name of ['groups', 'scratches', 'dents', 'clean'])
      for (const [split, share] of [
        ['train', 0.7],
        ['validation', 0.15],
        ['test', 0.15],
      ] as const)
        expect(Math.abs(shareOf(groups, chosen, name, split) - share), `${name} in ${split}`).toBeLessThan(0.05);
  });

  it('does not fall in step with what is periodic on the line', () => {
    // Twenty carriers go round: the test must see most of them.
    const chosen = spread(Array.from({ length: 400 }, () => ({ groups: 1 })));
    const carriers = new Set(chosen.flatMap((split, index) => (split === 'test' ? index % 20 : [])));
    expect(carriers.size).toBeGreaterThan(12);
  });
});
