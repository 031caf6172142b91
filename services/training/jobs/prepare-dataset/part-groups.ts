import { type Split, splits } from '@assay/dataset';
import { chance, type Group } from './groups.ts';

const SHARES: Readonly<Record<Split, number>> = { train: 0.7, validation: 0.15, test: 0.15 };
/** With the first three groups every split has something, however few there are. */
const OPENING: readonly Split[] = ['train', 'test', 'validation'];

/**
 * Assigns each group to a split, so that no part is seen in training and in the test. The groups are taken in the order in
 * which they first appeared; each goes where there is too little yet, with a chance (out of its name) that
 * grows with how much is missing. So the shares come out at 70, 15 and 15 %, nothing periodic on the line falls in step
 * with the choice, and a group that appears later never changes where an earlier one belongs.
 *
 * @throws Error with fewer than three groups: then there can't be three splits
 */
export function assignSplits(groups: readonly Group[]): Map<string, Split> {
  if (groups.length < OPENING.length) {
    throw new Error(
      `The approved images show ${groups.length} different parts; training, validation and test need one each at least. ` +
        'Upload and label photographs of more parts.',
    );
  }
  const counts: Record<Split, number> = { train: 0, validation: 0, test: 0 };
  const assigned = new Map<string, Split>();
  for (const [index, { name }] of groups.entries()) {
    const split = OPENING[index] ?? draw(counts, index + 1, chance(name));
    counts[split]++;
    assigned.set(name, split);
  }
  return assigned;
}

/** @param total groups when this one is assigned */
function draw(counts: Readonly<Record<Split, number>>, total: number, chance: number): Split {
  const missing = splits.map((split) => Math.max(0, SHARES[split] * total - counts[split]));
  let rest = chance * missing.reduce((sum, amount) => sum + amount, 0);
  for (const [index, split] of splits.entries()) {
    rest -= missing[index]!;
    if (rest < 0) return split;
  }
  return 'train';
}
