import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type EventDelivery, startLocalAws } from '@assay/local-aws';
import { countStages } from '../../packages/cli/src/chain/chain-state.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import { uploadPhotographs } from '../../packages/cli/src/dataset/upload.ts';
import { startAnnotators } from '../../packages/cli/src/demo/annotators.ts';
import type { DemoImage } from '../../packages/cli/src/demo/demo-dataset.ts';
import { until } from '../../packages/cli/src/demo/waiting.ts';
import { jobImages } from '../../packages/cli/src/platform/job-images.ts';
import { signedFetch } from '../../packages/cli/src/platform/signed-fetch.ts';
import type { Deployment } from './deployment.ts';

/** The embedded AWS in this process, on a copy of a deployment, with a bus that delivers as it is told. */
export interface Cloud {
  context: Context;
  /** Laid out as a platform's: `aws` in it is the embedded AWS's. */
  folder: string;
  /** What the embedded AWS reported: nothing, when all went well. */
  reports: string[];
  /** Resolves when nothing is on its way any more. */
  atRest(): Promise<void>;
  close(): Promise<void>;
}

export async function startCloud(deployment: Deployment, eventDelivery?: EventDelivery): Promise<Cloud> {
  const folder = await deployment.copy();
  const reports: string[] = [];
  const report = (message: string) => void reports.push(message);
  const dataDir = join(folder, 'aws');
  const { port } = deployment;
  const aws = await startLocalAws({ dataDir, port, images: jobImages(), eventDelivery, report });
  const { store, clock } = aws.kernel;
  const busy = store.prepare<{ n: number }>(
    `SELECT (SELECT COUNT(*) FROM sqs_messages) + (SELECT COUNT(*) FROM sfn_executions WHERE status = 'RUNNING') +
      (SELECT COUNT(*) FROM outbox WHERE kind <> 'eventbridge:schedule' AND
        (due <= ? OR kind LIKE 'eventbridge:deliver%' OR kind = 'lambda:asynchronous')) AS n`,
  );
  return {
    context: deployment.context(),
    folder,
    reports,
    async atRest() {
      while (busy.get(clock.now() + 2000)?.n !== 0) await delay(100);
    },
    close: () => aws.close(),
  };
}

/**
 * Takes images through the chain until people have labelled all of them, and all that follows by itself is done; throws
 * when it takes longer than `limit` milliseconds.
 */
export async function labelAll({ context, atRest }: Cloud, images: readonly DemoImage[], limit: number): Promise<void> {
  const { clients, names, connection } = context;
  const team = startAnnotators(signedFetch(connection, 'sagemaker'), names.workteam, images);
  try {
    await uploadPhotographs(
      clients.s3,
      names.imageBucket,
      images.map((image) => ({ ...image, station: 'line-1' })),
    );
    await until(
      context,
      'all labels',
      limit,
      (state) => {
        const { approved, failed } = countStages(state);
        return approved + failed === images.length ? true : undefined;
      },
      (state) => JSON.stringify({ ...countStages(state), ...state.events }),
    );
    await atRest();
  } finally {
    await team.stop();
  }
}
