import type { Store } from './store.ts';

/** Receipt handles of messages that a poller of this process works on. */
export const RECEIVED = 'sqs:received';

/**
 * What one service of this process has taken from another and not dealt with yet, e.g. a batch of messages that a function
 * works on. When the process dies, nobody holds it any more: its owner finds it here at the next start and takes it back,
 * as if it had never been given.
 */
export class InHand {
  readonly #sql;

  constructor(store: Store) {
    store.define(`CREATE TABLE IF NOT EXISTS in_hand (
      kind TEXT NOT NULL, item TEXT NOT NULL, PRIMARY KEY (kind, item)) WITHOUT ROWID`);
    this.#sql = {
      take: store.prepare('INSERT OR IGNORE INTO in_hand (kind, item) VALUES (?, ?)'),
      release: store.prepare('DELETE FROM in_hand WHERE kind = ? AND item = ?'),
      all: store.prepare<{ item: string }>('DELETE FROM in_hand WHERE kind = ? RETURNING item'),
    };
  }

  /** Notes what was taken; in the turn in which its owner gave it. */
  take(kind: string, items: string[]): void {
    for (const item of items) this.#sql.take.run(kind, item);
  }

  /** It was dealt with, well or badly: a crash no longer gives it back. */
  release(kind: string, items: string[]): void {
    for (const item of items) this.#sql.release.run(kind, item);
  }

  /** What an earlier process left, told once: ask before anybody takes something anew. */
  leftBehind(kind: string): string[] {
    return this.#sql.all.all(kind).map(({ item }) => item);
  }
}
