import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { generateTags } from '@assay/synthetic-tags';
import { IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChainState, countStages } from '../../packages/cli/src/chain/chain-state.ts';
import { requestTraining } from '../../packages/cli/src/chain/request-training.ts';
import { decide } from '../../packages/cli/src/commands/models.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import { uploadPhotographs } from '../../packages/cli/src/dataset/upload.ts';
import { startAnnotators } from '../../packages/cli/src/demo/annotators.ts';
import type { DemoImage } from '../../packages/cli/src/demo/demo-dataset.ts';
import { inspectOnDevice } from '../../packages/cli/src/demo/device-inspection.ts';
import { until } from '../../packages/cli/src/demo/waiting.ts';
import { type LocalPlatform, startPlatform } from '../../packages/cli/src/platform/local-platform.ts';
import { signedFetch } from '../../packages/cli/src/platform/signed-fetch.ts';
import { quietTerminal } from './quiet-terminal.ts';
import { WithheldPermissions } from './withheld-permissions.ts';

const MINUTE = 60_000;
const STATION = 'line-1';

/**
 * The whole chain, begun with no permission at all. It stops at once. Then each call that is denied gets back the one
 * statement that it needs, at the moment of its denial: so each statement that was given back is one that a call was
 * denied for want of. What was never given back is not shown to be needed.
 */
describe('least privilege', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'least-privilege-'));
  const framesDir = join(dataDir, 'frames');
  const terminal = quietTerminal();
  const images: DemoImage[] = [];
  let platform: LocalPlatform;
  let context: Context;
  let team: ReturnType<typeof startAnnotators>;
  let withheld: WithheldPermissions;

  const waitFor = <T>(what: string, reached: (state: ChainState) => T | undefined) =>
    until(context, what, 4 * MINUTE, reached, (state) => JSON.stringify({ ...countStages(state), ...state.events }));

  beforeAll(async () => {
    await mkdir(framesDir, { recursive: true });
    for await (const { fileName, part, width, height, jpeg, boxes } of generateTags({
      seed: 7,
      tags: 8,
      shotsPerTag: 1,
      defectFreeShare: 0.2,
    }))
      images.push({ fileName, part, width, height, bytes: jpeg, boxes });
    const settings = {
      ASSAY_LABELING_CATEGORIES: 'scratch,dent',
      ASSAY_LABELING_MIN_IMAGES: '4',
      ASSAY_TRAIN_MINIMUM_LABELS: String(images.length),
      ASSAY_TRAIN_MAP_THRESHOLD: '0',
      ASSAY_TRAIN_STEPS: '10',
      ASSAY_TRAIN_IMAGE_SIZE: '128',
    };
    platform = await startPlatform({ dataDir, port: 0, settings, framesDir, terminal });
    context = { ...platform.context, terminal };
    const { endpoint = '', region, credentials } = context.connection;
    const iam = new IAMClient({ endpoint, region, ...(credentials && { credentials }) });
    withheld = await WithheldPermissions.takeAll(platform.aws.kernel, iam);
    team = startAnnotators(signedFetch(context.connection, 'sagemaker'), context.names.workteam, images);
  }, 5 * MINUTE);

  afterAll(async () => {
    await team?.stop();
    await platform?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, MINUTE);

  test(
    'without permissions the chain stands still at its first call',
    async () => {
      await uploadPhotographs(
        context.clients.s3,
        context.names.imageBucket,
        images.map((image) => ({ ...image, station: STATION })),
      );
      const denied = () => platform.aws.kernel.callLog.denials();
      while (!denied().some(({ operation }) => operation === 'ReceiveMessage')) await delay(200);
      expect(denied().map(({ callerArn }) => callerArn)).toContainEqual(
        expect.stringMatching(/assumed-role\/assay-image-intake-local-intake-/),
      );
      expect((await context.chain.refresh()).events.ImagesArrived).toBe(0);
    },
    MINUTE,
  );

  test(
    'with each statement given back where a call was denied for want of it, the chain goes to its end',
    async () => {
      withheld.giveBackAsNeeded();
      const model = await waitFor('a model', ({ models, trainings }) => {
        const failed = [...trainings.values()].find(({ stage }) => stage === 'failed');
        if (failed) throw new Error(`the training failed: ${failed.failure}`);
        return [...models.values()].find(({ trainedAt }) => trainedAt);
      });
      expect(model).toBeDefined();
      await decide(context, 'latest', 'Approved', 'a test says so');
      await waitFor('the rollout', ({ rollouts }) => [...rollouts.values()].find(({ stage }) => stage === 'completed'));
      await inspectOnDevice(context, platform.device, images.slice(0, 2), { framesDir, station: STATION });
      await decide(context, 'latest', 'Rejected', 'a test says so');
      await waitFor('the rejection', ({ events }) => (events.ModelRejected > 0 ? true : undefined));
      await requestTraining(context, 'a test says so', 'test');
      await waitFor('another training', ({ trainings }) => (trainings.size > 1 ? true : undefined));
    },
    7 * MINUTE,
  );

  test('no call was denied that no statement allows, and no statement is needless beside another', () => {
    console.info(`${withheld.stops.length} statements were needed, ${withheld.unneeded().length} not shown to be`);
    expect(withheld.refused).toEqual([]);
    expect(withheld.needless).toEqual([]);
  });
});
