import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Store } from '../kernel/store.ts';

/** Everything of a history's event but what {@link History.append} adds. */
export type EventDraft = Omit<HistoryEvent, 'id' | 'timestamp' | 'previousEventId'>;

interface Row {
  id: number;
  at: number;
  previous: number;
  event: string;
}

/** The events of each execution, numbered from 1, as GetExecutionHistory tells them. */
export class History {
  readonly #insert;
  readonly #count;
  readonly #forward;
  readonly #backward;
  readonly #deleteOf;

  constructor(store: Store) {
    store.define(`CREATE TABLE IF NOT EXISTS sfn_history (
      execution TEXT NOT NULL, id INTEGER NOT NULL, at INTEGER NOT NULL, previous INTEGER NOT NULL, event TEXT NOT NULL,
      PRIMARY KEY (execution, id)) WITHOUT ROWID`);
    this.#insert = store.prepare('INSERT INTO sfn_history (execution, id, at, previous, event) VALUES (?, ?, ?, ?, ?)');
    this.#count = store.prepare<{ n: number | null }>('SELECT MAX(id) AS n FROM sfn_history WHERE execution = ?');
    const page = 'FROM sfn_history WHERE execution = ? ORDER BY id';
    this.#forward = store.prepare<Row>(`SELECT * ${page} LIMIT ? OFFSET ?`);
    this.#backward = store.prepare<Row>(`SELECT * ${page} DESC LIMIT ? OFFSET ?`);
    this.#deleteOf = store.prepare('DELETE FROM sfn_history WHERE execution = ?');
  }

  /** The number of events so far. */
  count(executionArn: string): number {
    return this.#count.get(executionArn)?.n ?? 0;
  }

  /** Adds an event at `at` (ms since the epoch) that follows from `previous`, and returns its number. */
  append(executionArn: string, at: number, previous: number, event: EventDraft): number {
    const id = this.count(executionArn) + 1;
    this.#insert.run(executionArn, id, at, previous, JSON.stringify(event));
    return id;
  }

  list(
    executionArn: string,
    options: { reverse: boolean; data: boolean; limit: number; offset: number },
  ): HistoryEvent[] {
    const rows = (options.reverse ? this.#backward : this.#forward).all(executionArn, options.limit, options.offset);
    return rows.map((row) => {
      const { type, ...details }: EventDraft = JSON.parse(row.event);
      const event = { timestamp: new Date(row.at), type, id: row.id, previousEventId: row.previous, ...details };
      return options.data ? event : withoutData(event);
    });
  }

  deleteOf(executionArn: string): void {
    this.#deleteOf.run(executionArn);
  }
}

const DATA = new Set(['input', 'inputDetails', 'output', 'outputDetails']);

/** `includeExecutionData: false` leaves what went in and came out of the event's details. */
function withoutData(event: HistoryEvent): HistoryEvent {
  const members = Object.entries(event).map(([name, details]) => {
    if (!name.endsWith('EventDetails')) return [name, details];
    return [name, Object.fromEntries(Object.entries(details).filter(([field]) => !DATA.has(field)))];
  });
  return Object.fromEntries(members);
}
