import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { countStages } from '../../packages/cli/src/chain/chain-state.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import { uploadPhotographs } from '../../packages/cli/src/dataset/upload.ts';
import { startAnnotators, type WorkerApi } from '../../packages/cli/src/demo/annotators.ts';
import type { DemoImage } from '../../packages/cli/src/demo/demo-dataset.ts';
import { signedFetch } from '../../packages/cli/src/platform/signed-fetch.ts';
import type { MortalCloud } from './mortal-cloud.ts';

const STATION = 'line-1';

/** Takes images through the chain, from their upload until their labels are stored and nothing is left to do. */
export async function runChain(cloud: MortalCloud, context: Context, images: readonly DemoImage[]): Promise<void> {
  const { clients, names, chain } = context;
  const fetch = signedFetch(context.connection, 'sagemaker');
  let trouble: unknown;
  const call: WorkerApi = async (method, path, body) => {
    try {
      return await cloud.patiently(() => fetch(method, path, body));
    } catch (error) {
      trouble = error;
      throw error;
    }
  };
  const team = startAnnotators(call, names.workteam, images);
  try {
    for (const image of images)
      await cloud.patiently(() => uploadPhotographs(clients.s3, names.imageBucket, [{ ...image, station: STATION }]));
    for (;;) {
      // Nobody would answer any more.
      if (trouble !== undefined) throw trouble;
      const counts = countStages(await cloud.patiently(() => chain.refresh()));
      const work = workOf(cloud);
      if (counts.approved + counts.failed === images.length && !work.now && !work.running && work.retryAt === undefined)
        return;
      // What failed is tried again after a minute or six: nobody has to sit through that.
      if (!work.now && work.retryAt !== undefined) cloud.skip(Math.max(0, work.retryAt - cloud.now()));
      await delay(250);
    }
  } finally {
    await team.stop();
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
