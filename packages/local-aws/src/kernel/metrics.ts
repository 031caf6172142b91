import type { Clock } from './clock.ts';
import type { Statement, Store } from './store.ts';

/** A CloudWatch metric: what is measured, and of what. */
export interface Metric {
  /** E.g. `AWS/Lambda`. */
  namespace: string;
  name: string;
  dimensions: Record<string, string>;
}

/** What was measured in a span of time ("Statistics definitions" of the CloudWatch guide). */
export interface StatisticSet {
  Sum: number;
  SampleCount: number;
  Minimum: number;
  Maximum: number;
}

interface Row {
  sum: number | null;
  count: number;
  least: number | null;
  most: number | null;
}

type Gauge = (dimensions: Record<string, string>) => number | undefined;

export const MINUTE = 60_000;
/** The longest that an alarm looks back: a day, and two periods more (of a day at most) in case that some are missing. */
const KEPT = 3 * 24 * 60 * MINUTE;

/**
 * What the services measure of themselves, by the minute. Counts are added in the transaction of what they count; levels (a
 * queue's length) are read when somebody looks.
 */
export class Metrics {
  readonly #clock: Clock;
  readonly #gauges = new Map<string, Gauge>();
  readonly #sql;
  #forgottenUntil = 0;

  constructor(store: Store, clock: Clock) {
    this.#clock = clock;
    store.define(`CREATE TABLE IF NOT EXISTS metrics (
      metric TEXT NOT NULL, minute INTEGER NOT NULL, sum REAL NOT NULL, count INTEGER NOT NULL, least REAL NOT NULL,
      most REAL NOT NULL, PRIMARY KEY (metric, minute)) WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS metrics_minute ON metrics (minute)`);
    this.#sql = {
      add: store.prepare(
        `INSERT INTO metrics (metric, minute, sum, count, least, most) VALUES (?1, ?2, ?3, 1, ?3, ?3)
        ON CONFLICT DO UPDATE SET sum = sum + ?3, count = count + 1, least = MIN(least, ?3), most = MAX(most, ?3)`,
      ),
      sample: store.prepare(
        `INSERT INTO metrics (metric, minute, sum, count, least, most) VALUES (?1, ?2, ?3, 1, ?3, ?3) ON CONFLICT DO NOTHING`,
      ),
      read: store.prepare<Row>(
        'SELECT SUM(sum) AS sum, SUM(count) AS count, MIN(least) AS least, MAX(most) AS most FROM metrics WHERE metric = ? AND minute >= ? AND minute < ?',
      ),
      forget: store.prepare('DELETE FROM metrics WHERE minute < ?'),
    };
  }

  /** Adds a measurement to the present minute, or to the one that `at` (ms since the epoch) lies in. */
  add(metric: Metric, value: number, at = this.#clock.now()): void {
    this.#write(this.#sql.add, metric, value, at);
  }

  #write(statement: Statement<unknown>, metric: Metric, value: number, at: number): void {
    const minute = at - (at % MINUTE);
    statement.run(keyOf(metric), minute, value);
    if (minute - this.#forgottenUntil < 60 * MINUTE) return;
    this.#forgottenUntil = minute;
    this.#sql.forget.run(minute - KEPT);
  }

  /** States how a level is read; undefined where the thing isn't there. Once for each metric. */
  gauge({ namespace, name }: Omit<Metric, 'dimensions'>, read: Gauge): void {
    this.#gauges.set(`${namespace} ${name}`, read);
  }

  /** Reads a level for the minute that `at` lies in, once however many ask. Nothing, when the metric is a count. */
  sample(metric: Metric, at: number): void {
    const value = this.#gauges.get(`${metric.namespace} ${metric.name}`)?.(metric.dimensions);
    if (value !== undefined) this.#write(this.#sql.sample, metric, value, at);
  }

  /** What was measured from `from` until before `until`, both on a minute; undefined when nothing was. */
  statistics(metric: Metric, from: number, until: number): StatisticSet | undefined {
    const row = this.#sql.read.get(keyOf(metric), from, until);
    if (!row?.count) return undefined;
    return { Sum: row.sum ?? 0, SampleCount: row.count, Minimum: row.least ?? 0, Maximum: row.most ?? 0 };
  }
}

function keyOf({ namespace, name, dimensions }: Metric): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, ...sorted]);
}
