import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import type { MortalCloud } from './mortal-cloud.ts';

/**
 * Waits until something has been reached and nothing is left to do; what would be tried again later is tried at once.
 *
 * @param retries `in their time` where functions hold what a killed one began for themselves for a while: they have clocks
 * of their own, which don't skip
 */
export async function untilDone(
  cloud: MortalCloud,
  reached: () => Promise<boolean>,
  retries: 'at once' | 'in their time' = 'at once',
): Promise<void> {
  for (;;) {
    const there = await reached();
    const work = workOf(cloud);
    if (there && !work.now && !work.running && work.retryAt === undefined) return;
    // What failed is tried again after a minute or six: nobody has to sit through that.
    if (retries === 'at once' && !work.now && work.retryAt !== undefined)
      cloud.skip(Math.max(0, work.retryAt - cloud.now()));
    await delay(250);
  }
}

interface Work {
  /** Something is being done, or is due. */
  now: boolean;
  /** Workflows run; they may wait for people. */
  running: boolean;
  /** When what failed is tried again next. */
  retryAt: number | undefined;
}

/** What the embedded AWS has to do, as its database knows it. */
function workOf(cloud: MortalCloud): Work {
  const db = new DatabaseSync(join(cloud.dataDir, 'state.db'), { timeout: 5000 });
  const now = cloud.now();
  const one = (sql: string) => Number(db.prepare(sql).get()?.one ?? Number.NaN);
  try {
    // The Feature Store gathers records for a moment before it writes them: they are not in the offline store yet.
    const due = one(
      `SELECT COUNT(*) AS one FROM outbox
       WHERE kind = 'featurestore:flush' OR (due <= ${now} AND kind <> 'eventbridge:schedule')`,
    );
    const visible = one(`SELECT COUNT(*) AS one FROM sqs_messages WHERE visible_at <= ${now}`);
    const held = one('SELECT COUNT(*) AS one FROM in_hand');
    const running = one("SELECT COUNT(*) AS one FROM sfn_executions WHERE status = 'RUNNING'");
    const retries = [
      one(`SELECT MIN(due) AS one FROM outbox WHERE due > ${now} AND kind IN ('lambda:asynchronous', 'sfn:step')`),
      one(`SELECT MIN(visible_at) AS one FROM sqs_messages WHERE visible_at > ${now}`),
    ].filter((at) => !Number.isNaN(at));
    return {
      now: due + visible + held > 0,
      running: running > 0,
      retryAt: retries.length > 0 ? Math.min(...retries) : undefined,
    };
  } finally {
    db.close();
  }
}
