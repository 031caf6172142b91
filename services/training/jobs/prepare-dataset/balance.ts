import { type Split, splits } from '@assay/dataset';
import { chance } from './groups.ts';

/** What splits are to have their share of, by name: groups, boxes of each class, images without a defect. */
export type Contents = Readonly<Record<string, number>>;

const SHARES: Readonly<Record<Split, number>> = { train: 0.7, validation: 0.15, test: 0.15 };

/** How much of everything each split has, while groups come one after the other. */
export class Balance {
  readonly #of = { train: new Map<string, number>(), validation: new Map(), test: new Map() };

  add(split: Split, contents: Contents): void {
    for (const [name, amount] of Object.entries(contents))
      this.#of[split].set(name, this.#amount(split, name) + amount);
  }

  /**
   * Where a group should go so that the shares of what it has come to 70, 15 and 15 %. Of splits between which it makes no
   * difference that is larger than the group itself, it takes one by chance, out of the group's name: always the best one
   * would fall in step with what is periodic on the line.
   */
  choose(group: string, contents: Contents): Split {
    const entries = Object.entries(contents).filter(([, amount]) => amount > 0);
    const totals = entries.map(([name, amount]) =>
      splits.reduce((sum, split) => sum + this.#amount(split, name), amount),
    );
    const unevenness = splits.map((chosen) =>
      sum(
        entries.flatMap(([name, amount], index) =>
          splits.map((split) => {
            const has = this.#amount(split, name) + (split === chosen ? amount : 0);
            return (has / totals[index]! - SHARES[split]) ** 2;
          }),
        ),
      ),
    );
    const itself = sum(entries.map(([, amount], index) => (amount / totals[index]!) ** 2));
    const good = splits.filter((_, index) => unevenness[index]! <= Math.min(...unevenness) + itself);
    let rest = chance(group) * sum(good.map((split) => SHARES[split]));
    for (const split of good) {
      rest -= SHARES[split];
      if (rest < 0) return split;
    }
    return 'train';
  }

  #amount(split: Split, name: string): number {
    return this.#of[split].get(name) ?? 0;
  }
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
