import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, createContext } from '../../../packages/cli/src/context.ts';
import { uploadPhotographs } from '../../../packages/cli/src/dataset/upload.ts';
import { startAnnotators } from '../../../packages/cli/src/demo/annotators.ts';
import type { DemoImage } from '../../../packages/cli/src/demo/demo-dataset.ts';
import type { JournalEvent } from '../../../packages/cli/src/journal/event-log.ts';
import { createTerminal } from '../../../packages/cli/src/output/terminal.ts';
import { signedFetch } from '../../../packages/cli/src/platform/signed-fetch.ts';
import type { Form } from '../benchmark.ts';
import { type AwsProcess, startAwsProcess } from '../embedded-aws/process.ts';
import { deployChain } from '../embedded-aws/services.ts';
import { watchBus } from './bus-watch.ts';
import { Timeline } from './timeline.ts';

/** The embedded AWS with the chain deployed on it, in a folder of its own. */
export interface Stage {
  aws: AwsProcess;
  context: Context;
  /** Sends images through the chain, labelled by simulated people, until all outcomes are stored; `heard` is told of each event. */
  label(images: readonly DemoImage[], heard?: (event: JournalEvent) => Promise<void>): Promise<Timeline>;
  close(): Promise<void>;
}

/** `runOf`: so many waiting images start a labeling run. */
export async function startStage({ say }: Form, { runOf }: { runOf: number }): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-bench-'));
  const aws = await startAwsProcess(join(folder, 'aws'));
  const settings = {
    ASSAY_LABELING_CATEGORIES: 'scratch,dent',
    ASSAY_LABELING_MIN_IMAGES: String(runOf),
    // What is measured ends before the training.
    ASSAY_TRAIN_MINIMUM_LABELS: '1000000',
  };
  say('deploying the services');
  await deployChain(aws.connection, settings);
  const context = createContext(createTerminal(false, process.stderr, process.stderr), aws.connection);
  return {
    aws,
    context,
    label: (images, heard) => label(context, images, heard),
    async close() {
      await aws.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function label(
  context: Context,
  images: readonly DemoImage[],
  heard: (event: JournalEvent) => Promise<void> = async () => undefined,
): Promise<Timeline> {
  const { clients, names, connection } = context;
  const timeline = new Timeline(clients.s3);
  const watch = await watchBus(context, async (event) => {
    await heard(event);
    await timeline.hear(event);
  });
  const team = startAnnotators(signedFetch(connection, 'sagemaker'), names.workteam, images);
  try {
    const photographs = function* () {
      for (const image of images) {
        timeline.upload(image.part);
        yield { ...image, station: 'bench' };
      }
    };
    await uploadPhotographs(clients.s3, names.imageBucket, photographs());
    await Promise.race([timeline.finished(), team.failed, watch.failed]);
  } finally {
    await Promise.all([team.stop(), watch.stop()]);
  }
  return timeline;
}
