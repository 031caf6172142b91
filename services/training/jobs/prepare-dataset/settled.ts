import { type QueryRows, recordCountQuery } from '@assay/dataset';
import { MOST_LOOKS } from '../../domain/settling.ts';

export interface SettleOptions {
  /** ISO instant with milliseconds. */
  readonly asOf: string;
  /** How long after an instant all that was stored before it can be queried, as a rule. */
  readonly settleSeconds: number;
  /** How many records of the instant there are, at least. */
  readonly storedRecords: number;
  readonly table: string;
  readonly query: QueryRows;
  readonly log: (line: string) => void;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Waits until the store shows everything of the time up to the instant: a settle period, and whole further ones as long as
 * it shows fewer records than there are (its writing was held up, or its host was down). The bounds are whole periods
 * after the instant, so that the same labels are cut by the same query.
 *
 * @returns the instant from which on nothing more belongs to the dataset
 * @throws Error when records stay away: a dataset must not silently lack labels
 */
export async function settled(options: SettleOptions): Promise<string> {
  const { asOf, settleSeconds, storedRecords, table, query, log, now, sleep } = options;
  const period = 1000 * settleSeconds;
  let bound = Date.parse(asOf) + period;
  let shown = 0;
  for (let look = 1; look <= MOST_LOOKS; look++) {
    const wait = bound - now();
    if (wait > 0) {
      log(`waiting ${Math.ceil(wait / 1000)} s until the label store has written everything of ${asOf}`);
      await sleep(wait);
    }
    const writtenBy = new Date(bound).toISOString();
    shown = await countOf(query(recordCountQuery({ table, asOf, writtenBy })));
    if (shown >= storedRecords) return writtenBy;
    log(`the label store shows ${shown} of ${storedRecords} records`);
    const periodsGone = Math.floor((now() - Date.parse(asOf)) / period);
    bound = Date.parse(asOf) + (periodsGone + 1) * period;
  }
  throw new Error(
    `The label store shows ${shown} of the ${storedRecords} records that were stored by ${asOf}. Look at the offline store ` +
      'of its feature group; docs/replay.md tells how to rebuild it. Then train again.',
  );
}

async function countOf(rows: ReturnType<QueryRows>): Promise<number> {
  for await (const { records } of rows) return Number(records);
  throw new Error('A count has one row.');
}
