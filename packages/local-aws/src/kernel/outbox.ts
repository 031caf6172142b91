import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import { Closing, messageOf } from './errors.ts';
import type { Store } from './store.ts';

export interface Task {
  id: string;
  /** How often it was tried before this time. */
  attempts: number;
}

/** Nothing: the task is done. Otherwise it runs again at `again` (ms since the epoch), with `payload` if given. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler that has nothing to say returns nothing
export type Outcome<P> = void | { again: number; payload?: P };

interface Kind {
  handler: (payload: unknown, task: Task) => Promise<Outcome<unknown>> | Outcome<unknown>;
  concurrency: number;
  running: number;
}

interface Row {
  id: string;
  kind: string;
  due: number;
  attempts: number;
  payload: string;
  generation: number;
}

/**
 * Work that must happen although the process may die: deliveries, notifications, timers.
 *
 * A task is added in the same transaction as the state that calls for it, runs after that is on disk, and is removed
 * when its handler has returned; so each runs at least once. A handler that throws is tried again after 1 s, 2 s, 4 s …
 * up to a minute: policies with an end (a dead-letter queue) belong in the handler. {@link Closing} leaves it for the next start.
 */
export class Outbox {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #report: (message: string, error: unknown) => void;
  readonly #kinds = new Map<string, Kind>();
  readonly #active = new Set<string>();
  /** Kinds of which there may be a task to run. */
  readonly #asked = new Set<string>();
  #cancelWake: (() => void) | undefined;
  #sweptUntil = 0;
  #started = false;
  #closed = false;
  #idle: (() => void)[] = [];
  readonly #insert;
  readonly #cancel;
  readonly #remove;
  readonly #reschedule;
  readonly #dueOf;
  readonly #nextDue;

  constructor(store: Store, clock: Clock, report: (message: string, error: unknown) => void) {
    this.#store = store;
    this.#clock = clock;
    this.#report = report;
    store.define(`CREATE TABLE IF NOT EXISTS outbox (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
      payload TEXT NOT NULL, generation INTEGER NOT NULL DEFAULT 0);
      CREATE INDEX IF NOT EXISTS outbox_due ON outbox (kind, due);
      CREATE INDEX IF NOT EXISTS outbox_next ON outbox (due)`);
    this.#insert = store.prepare(
      'INSERT INTO outbox (id, kind, due, payload) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET due = excluded.due, attempts = 0, payload = excluded.payload, generation = generation + 1',
    );
    this.#cancel = store.prepare('DELETE FROM outbox WHERE id = ?');
    // A task may be replaced while it runs: its end must not touch the newer one.
    this.#remove = store.prepare('DELETE FROM outbox WHERE id = ? AND generation = ?');
    this.#reschedule = store.prepare(
      'UPDATE outbox SET due = ?, attempts = ?, payload = ? WHERE id = ? AND generation = ?',
    );
    this.#dueOf = store.prepare<Row>('SELECT * FROM outbox WHERE kind = ? AND due <= ? ORDER BY due, rowid LIMIT ?');
    this.#nextDue = store.prepare<{ due: number | null }>('SELECT MIN(due) AS due FROM outbox WHERE due > ?');
  }

  /** States who runs the tasks of a kind, at most `concurrency` at a time. Once, before {@link start}. */
  handle<P>(
    kind: string,
    handler: (payload: P, task: Task) => Promise<Outcome<P>> | Outcome<P>,
    { concurrency = 16 }: { concurrency?: number } = {},
  ): void {
    if (this.#kinds.has(kind)) throw new Error(`outbox kind ${kind} has a handler already`);
    // Payloads were written by `add` of the same kind: JSON in, the same JSON out.
    this.#kinds.set(kind, { handler: (payload, task) => handler(payload as P, task), concurrency, running: 0 });
  }

  /** Adds a task, or replaces the one with the same `id`. Due now unless `at` says later. */
  add(kind: string, payload: unknown, { at, id = randomUUID() }: { at?: number; id?: string } = {}): string {
    if (!this.#kinds.has(kind)) throw new Error(`outbox kind ${kind} has no handler`);
    this.#insert.run(id, kind, at ?? this.#clock.now(), JSON.stringify(payload ?? null));
    this.#poke([kind]);
    return id;
  }

  /** Removes a task that has not begun. */
  cancel(id: string): boolean {
    return this.#cancel.run(id).changes > 0;
  }

  start(): void {
    this.#started = true;
    this.#sweep();
  }

  /** Stops taking up tasks and waits for those that run. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelWake?.();
    if (this.#active.size > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** Looks for tasks of these kinds when what was written is on disk; once for all who ask in the same turn. */
  #poke(kinds: Iterable<string>): void {
    if (!this.#started || this.#closed) return;
    const asked = this.#asked.size > 0;
    for (const kind of kinds) this.#asked.add(kind);
    if (!asked) this.#store.whenDurable(() => this.#dispatch());
  }

  /** What was due by now, of any kind, is asked for; the next to wait for is later. */
  #sweep(): void {
    this.#sweptUntil = this.#clock.now();
    this.#poke(this.#kinds.keys());
  }

  #dispatch(): void {
    if (this.#closed) return;
    const now = this.#clock.now();
    const asked = [...this.#asked];
    this.#asked.clear();
    for (const name of asked) {
      const kind = this.#kinds.get(name);
      const free = kind ? kind.concurrency - kind.running : 0;
      if (!kind || free <= 0) continue;
      // Those that run are still in the table, at its head: look past them.
      const rows = this.#dueOf.all(name, now, free + kind.running).filter((row) => !this.#active.has(row.id));
      for (const row of rows.slice(0, free)) void this.#run(kind, row);
    }
    this.#cancelWake?.();
    const next = this.#nextDue.get(this.#sweptUntil)?.due;
    this.#cancelWake = next == null ? undefined : this.#clock.after(next - now, () => this.#sweep());
  }

  async #run(kind: Kind, row: Row): Promise<void> {
    kind.running++;
    this.#active.add(row.id);
    let outcome: Outcome<unknown>;
    try {
      outcome = await kind.handler(JSON.parse(row.payload), { id: row.id, attempts: row.attempts });
    } catch (error) {
      if (!(error instanceof Closing))
        this.#report(`${row.kind} failed and will be tried again: ${messageOf(error)}`, error);
      const pause = error instanceof Closing ? 0 : Math.min(60_000, 1000 * 2 ** row.attempts);
      outcome = { again: this.#clock.now() + pause };
    }
    kind.running--;
    this.#active.delete(row.id);
    if (this.#active.size === 0) for (const resolve of this.#idle.splice(0)) resolve();
    // Nothing can be noted any more: the next start finds the task as it was.
    if (this.#store.failure) return;
    if (outcome) {
      const payload = outcome.payload === undefined ? row.payload : JSON.stringify(outcome.payload);
      this.#reschedule.run(outcome.again, row.attempts + 1, payload, row.id, row.generation);
    } else this.#remove.run(row.id, row.generation);
    this.#poke([row.kind]);
  }
}
