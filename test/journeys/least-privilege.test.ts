import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ChainState, countStages } from '../../packages/cli/src/chain/chain-state.ts';
import { requestTraining } from '../../packages/cli/src/chain/request-training.ts';
import { doctor } from '../../packages/cli/src/commands/doctor.ts';
import { decide } from '../../packages/cli/src/commands/models.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import { startAnnotators } from '../../packages/cli/src/demo/annotators.ts';
import { type DemoImage, drawnImages } from '../../packages/cli/src/demo/demo-dataset.ts';
import { inspectOnDevice } from '../../packages/cli/src/demo/device-inspection.ts';
import { until } from '../../packages/cli/src/demo/waiting.ts';
import { type LocalPlatform, startPlatform } from '../../packages/cli/src/platform/local-platform.ts';
import { signedFetch } from '../../packages/cli/src/platform/signed-fetch.ts';
import { failurePaths, STATION } from './failure-paths.ts';
import { KEPT, keptBecause } from './kept-permissions.ts';
import { quietTerminal } from './quiet-terminal.ts';
import { type Permission, WithheldPermissions } from './withheld-permissions.ts';

const doctorSays = z.object({
  unusedPermissions: z.array(
    z.object({ role: z.string(), actions: z.array(z.string()), resources: z.array(z.string()), partly: z.boolean() }),
  ),
});

const MINUTE = 60_000;
/** Of one wait. Less than a test's, so that a chain that stands still says where. */
const PATIENCE = 1.5 * MINUTE;
const TEST = 4 * MINUTE;
const IMAGES = 9;
const SPARE = 3;

/** Statements by which prepare-dataset fetches an approved model. */
const isAboutChampion = ({ role, text }: Permission) =>
  role.endsWith('-training-prepare') && /:model-package\/|model\.tar\.gz/.test(text);

/**
 * The whole chain, and the ways that it takes when something fails, begun with no permission at all. It stops at once. Then
 * each call that is denied gets back the one statement that it needs, at the moment of its denial: so each statement that
 * was given back is one that a call was denied for want of, with all in place that had been needed so far. What was never
 * given back says why it is kept.
 */
describe('least privilege', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'least-privilege-'));
  const framesDir = join(dataDir, 'frames');
  const terminal = quietTerminal();
  let images: DemoImage[] = [];
  /** What nobody in the team knows. */
  let spare: DemoImage[] = [];
  let platform: LocalPlatform;
  let context: Context;
  let team: ReturnType<typeof startAnnotators>;
  let withheld: WithheldPermissions;
  let paths: ReturnType<typeof failurePaths>;
  let model: string;

  const waitFor = <T>(what: string, reached: (state: ChainState) => T | undefined | Promise<T | undefined>) =>
    until(context, what, PATIENCE, reached, (state) =>
      JSON.stringify({ ...countStages(state), ...state.events, lastGivenBack: withheld.stops.at(-1)?.permission }),
    );

  beforeAll(async () => {
    await mkdir(framesDir, { recursive: true });
    const drawn = await drawnImages({ seed: 7, tags: IMAGES + SPARE, shotsPerTag: 1, defectFreeShare: 0.2 });
    images = drawn.slice(0, IMAGES);
    spare = drawn.slice(IMAGES);
    const settings = {
      ASSAY_LABELING_CATEGORIES: 'scratch,dent',
      ASSAY_LABELING_MIN_IMAGES: '4',
      ASSAY_LABELING_MAX_IMAGES: '4',
      // Runs begin when the test says so.
      ASSAY_LABELING_SCHEDULE: 'rate(1 day)',
      ASSAY_TRAIN_MINIMUM_LABELS: String(images.length),
      ASSAY_TRAIN_MAP_THRESHOLD: '0',
      ASSAY_TRAIN_GATE: 'rehearsal',
      ASSAY_TRAIN_INT8: 'never',
      ASSAY_TRAIN_STEPS: '10',
      ASSAY_TRAIN_IMAGE_SIZE: '128',
    };
    platform = await startPlatform({ dataDir, port: 0, settings, framesDir, terminal });
    context = { ...platform.context, terminal };
    paths = failurePaths(context, waitFor);
    // Each of the functions that start runs starts one, however the arrivals are spread over events: the first run begins
    // when all images are there, its first step starts one for the next four, and the last step one for the image left over.
    await paths.configure('labeling-on-images-arrived', { ASSAY_MIN_IMAGES: String(IMAGES) });
    await paths.configure('labeling-publish', { ASSAY_MIN_IMAGES: '1' });
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
      await paths.upload(images);
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
      await withheld.without(
        'training-local-onPipelineStatus',
        'sagemaker:DescribePipelineExecution',
        async (wasDenied) => {
          await waitFor('a training', ({ trainings }) => (trainings.size > 0 ? true : undefined));
          await requestTraining(context, 'for after this one', 'test');
          await waitFor('a denial', wasDenied);
          model = await waitFor('a model', async ({ models, trainings }) => {
            await paths.onSchedule('training-on-schedule');
            const failed = [...trainings.values()].find(({ stage }) => stage === 'failed');
            if (failed) throw new Error(`the training failed: ${failed.failure}`);
            return [...models.values()].find(({ trainedAt }) => trainedAt)?.modelPackageArn;
          });
          await paths.training();
        },
      );
      await requestTraining(context, 'for after the next one', 'test');
      await decide(context, model, 'Approved', 'a test says so');
      await waitFor('the rollout', ({ rollouts }) => [...rollouts.values()].find(({ stage }) => stage === 'completed'));
      await inspectOnDevice(context, platform.device, images.slice(0, 2), { framesDir, station: STATION });
      // A later training fetches it as the champion that its own model is measured against.
      const isFetched = () => !withheld.unneeded().some(isAboutChampion);
      await waitFor('the champion', () => (isFetched() ? true : undefined));
      await decide(context, model, 'Rejected', 'a test says so');
      await waitFor('the rejection', ({ events }) => (events.ModelRejected > 0 ? true : undefined));
    },
    TEST,
  );

  test(
    'a training that was stopped is told of by either function',
    async () => {
      const { TrainingFailed } = (await context.chain.refresh()).events;
      const failed = (times: number) =>
        waitFor('its end', ({ events }) => (events.TrainingFailed >= TrainingFailed + times ? true : undefined));
      await waitFor('another model', ({ models }) => (models.size > 1 ? true : undefined));
      await paths.stopTraining();
      await failed(1);
      await requestTraining(context, 'to be stopped', 'test');
      await withheld.without(
        'training-local-onPipelineStatus',
        'sagemaker:DescribePipelineExecution',
        async (wasDenied) => {
          await paths.stopTraining();
          await waitFor('a denial', wasDenied);
          await paths.onSchedule('training-on-schedule');
          await failed(2);
        },
      );
    },
    TEST,
  );

  test(
    'a rollout that was interrupted is carried on by whichever function comes next',
    async () => {
      const interrupted = (version: number, carryOn: () => Promise<void>) =>
        withheld.without('edge-deployer-local-rollOut', 'greengrass:DescribeComponent', async (wasDenied) => {
          await paths.sayApproved(version, model);
          await waitFor('a denial', wasDenied);
          await carryOn();
          // To its end, of which the device tells: no word of it comes between another rollout and who carries that on.
          await waitFor('the rollout', ({ rollouts }) =>
            [...rollouts.values()].find(
              ({ modelVersion, stage }) => modelVersion.endsWith(`.${version}`) && stage === 'completed',
            ),
          );
        });
      await interrupted(1001, () => paths.onSchedule('edge-deployer-follow'));
      await interrupted(1002, () => paths.sayRejected(1001));
    },
    TEST,
  );

  test(
    'the images of a run that failed are given up by either function',
    async () => {
      for (const name of ['labeling-on-execution-status', 'labeling-release'])
        await paths.configure(name, { ASSAY_MAX_ATTEMPTS: '1' });
      const [aborted, failed] = spare;
      await paths.abortRun(await paths.runWith(aborted));
      await waitFor('the images of an aborted run', ({ events }) => (events.LabelingFailed > 0 ? true : undefined));
      await paths.stopLabeling(await paths.runWith(failed));
      await waitFor('the images of a failed run', ({ events }) => (events.LabelingFailed > 1 ? true : undefined));
    },
    TEST,
  );

  test(
    'labels that were brought along are told of at once, and people may ask for all',
    async () => {
      const before = (await context.chain.refresh()).events.LabelsApproved;
      await paths.importLabelled(spare[2]);
      await waitFor('its labels', ({ events }) => (events.LabelsApproved > before ? true : undefined));
      const answer = await paths.invoke('label-store-query', { asOf: new Date().toISOString() });
      expect(answer).toEqual({ csvUri: expect.stringMatching(/^s3:.*\.csv$/) });
    },
    TEST,
  );

  test(
    'functions that give up on an event need their dead-letter queue',
    async () => {
      await paths.giveUpAtOnce();
      await paths.sendMisfits();
      const isLeft = () => withheld.unneeded().some(({ actions }) => actions.includes('sqs:SendMessage'));
      await waitFor('the dead letters', () => (isLeft() ? undefined : true));
    },
    TEST,
  );

  test('no call was denied that no statement allows, and no statement is needless beside another', () => {
    console.info(`${withheld.stops.length} statements were needed, ${withheld.unneeded().length} were not`);
    expect(withheld.refused).toEqual([]);
    expect(withheld.needless).toEqual([]);
  });

  test('every statement that was not needed says why it is kept, and no reason is left over', () => {
    const unneeded = withheld.unneeded();
    const unexplained = unneeded.filter((one) => keptBecause(one).length !== 1);
    expect(unexplained.map(({ role, text }) => `${role} ${text}`)).toEqual([]);
    const used = new Set(unneeded.flatMap(keptBecause));
    expect(KEPT.filter((kept) => !used.has(kept) && !kept.sometimes)).toEqual([]);
  });

  test('"assay doctor" lists the same statements as never used, but for those that the deployment needed', async () => {
    withheld.giveBackTheRest();
    await expect(doctor(context)).rejects.toThrow('checks found something');
    const { unusedPermissions } = doctorSays.parse(terminal.results.at(-1));
    const never = unusedPermissions.filter(({ partly }) => !partly);
    const unneeded = withheld.unneeded().filter((one) => !keptBecause(one).some(({ atDeployment }) => atDeployment));
    const shown = (role: string, actions: string[], resources: string[]) => `${role}: ${actions} on ${resources}`;
    expect(never.map(({ role, actions, resources }) => shown(role, actions, resources)).sort()).toEqual(
      unneeded.map(({ role, actions, text }) => shown(role, actions, [JSON.parse(text).Resource].flat())).sort(),
    );
  });
});
