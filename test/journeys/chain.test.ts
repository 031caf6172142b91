import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { catalogue } from '@assay/events';
import { sampleEvent } from '@assay/events/testing';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { DescribeTrainingJobCommand, ListTrainingJobsCommand } from '@aws-sdk/client-sagemaker';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { type ChainState, countStages } from '../../packages/cli/src/chain/chain-state.ts';
import { requestTraining } from '../../packages/cli/src/chain/request-training.ts';
import { rebuild } from '../../packages/cli/src/commands/dataset.ts';
import { deploy } from '../../packages/cli/src/commands/deploy.ts';
import { decide } from '../../packages/cli/src/commands/models.ts';
import { trace } from '../../packages/cli/src/commands/trace.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import { uploadPhotographs } from '../../packages/cli/src/dataset/upload.ts';
import { startAnnotators } from '../../packages/cli/src/demo/annotators.ts';
import { type DemoImage, drawnImages } from '../../packages/cli/src/demo/demo-dataset.ts';
import { inspectOnDevice } from '../../packages/cli/src/demo/device-inspection.ts';
import { until } from '../../packages/cli/src/demo/waiting.ts';
import { type LocalPlatform, startPlatform } from '../../packages/cli/src/platform/local-platform.ts';
import { signedFetch } from '../../packages/cli/src/platform/signed-fetch.ts';
import { pythonForTests } from '../../services/training/jobs/train-yolov8/testing/python.ts';
import { giveUpAtOnce } from './give-up-at-once.ts';
import { quietTerminal } from './quiet-terminal.ts';

const MINUTE = 60_000;
const STATION = 'line-1';
const python = await pythonForTests();

/** The whole chain on few images and little training: what it decides is not the question here, that it hands over is. */
describe('the chain', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'chain-'));
  const framesDir = join(dataDir, 'frames');
  const terminal = quietTerminal();
  let platform: LocalPlatform;
  let context: Context;
  let images: DemoImage[];
  let team: ReturnType<typeof startAnnotators>;

  const upload = (some: readonly DemoImage[]) =>
    uploadPhotographs(
      context.clients.s3,
      context.names.imageBucket,
      some.map((image) => ({ ...image, station: STATION })),
    );
  const waitFor = <T>(what: string, reached: (state: ChainState) => T | undefined) =>
    until(context, what, 4 * MINUTE, reached, (state) => JSON.stringify({ ...countStages(state), ...state.events }));

  beforeAll(async () => {
    await mkdir(framesDir, { recursive: true });
    images = await drawnImages({ seed: 5, tags: 12, shotsPerTag: 2, defectFreeShare: 0.2 });
    const settings = {
      ASSAY_LABELING_CATEGORIES: 'scratch,dent',
      ASSAY_LABELING_MIN_IMAGES: '8',
      ASSAY_LABELING_WORKERS: '3',
      ASSAY_TRAIN_MINIMUM_LABELS: String(images.length),
      ASSAY_TRAIN_MAP_THRESHOLD: '0',
      ASSAY_TRAIN_GATE: 'rehearsal',
      ASSAY_TRAIN_STEPS: '40',
      ASSAY_TRAIN_IMAGE_SIZE: '128',
      ASSAY_TRAIN_CAPACITY: 'spot',
    };
    // A service that is deployed again takes its settings from the environment: with others, the labelers' classes would be unknown.
    for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
    platform = await startPlatform({ dataDir, port: 0, settings, framesDir, terminal });
    context = { ...platform.context, terminal };
    team = startAnnotators(signedFetch(context.connection, 'sagemaker'), context.names.workteam, images);
  }, 5 * MINUTE);

  afterAll(async () => {
    vi.unstubAllEnvs();
    await team?.stop();
    await platform?.close();
    rmSync(dataDir, { recursive: true, force: true });
  }, MINUTE);

  test(
    'answers bad input by naming it, and goes on',
    async () => {
      const { clients, names } = context;
      const Key = 'incoming/line-1/tag-x/text.jpg';
      await clients.s3.send(new PutObjectCommand({ Bucket: names.imageBucket, Key, Body: 'no image' }));
      await giveUpAtOnce(clients.lambda, 'assay-local-label-store-store');
      const misshapen = { ...sampleEvent(catalogue.LabelsApproved).detail, data: { runId: 'run-x' } };
      const entry = { Source: 'assay.labeling', DetailType: 'LabelsApproved', Detail: JSON.stringify(misshapen) };
      await clients.eventBridge.send(new PutEventsCommand({ Entries: [{ ...entry, EventBusName: names.bus }] }));
      const refusal = await waitFor('the refusal', ({ refused }) => [...refused].find(([uri]) => uri.endsWith(Key)));
      expect(refusal[1].code).toBe('unknown-format');
    },
    MINUTE,
  );

  test(
    'loses nothing while a service is deployed again',
    async () => {
      await upload(images);
      await waitFor('the first run', ({ events }) => (events.LabelingStarted > 0 ? true : undefined));
      await deploy(terminal, 'labeling', { data: dataDir, stage: 'local' });
      const stages = await waitFor('all labels', (state) => {
        const counts = countStages(state);
        return counts.approved + counts.failed === images.length ? counts : undefined;
      });
      expect(stages).toMatchObject({ arrived: 0, labeling: 0, rejected: 0 });
    },
    5 * MINUTE,
  );

  test(
    'says so when an unchanged service is deployed again',
    async () => {
      await deploy(terminal, 'image-intake', { data: dataDir, stage: 'local' });
      expect(terminal.results.at(-1)).toMatchObject({ service: 'image-intake', changed: false });
    },
    MINUTE,
  );

  test(
    'keeps one record a labeling outcome, and trains on enough of them by itself',
    async () => {
      const model = await waitFor('a model', ({ models, trainings }) => {
        const failed = [...trainings.values()].find(({ stage }) => stage === 'failed');
        if (failed) throw new Error(`the training failed: ${failed.failure}`);
        return [...models.values()].find(({ trainedAt }) => trainedAt);
      });
      expect(model.map50).toBeGreaterThanOrEqual(0);
      expect(model.gate).toMatch(/^passed: /);
      const { stored, trainings } = context.chain.state;
      expect([...stored.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(images.length);
      expect([...trainings.values()]).toMatchObject([{ reason: 'enough-labels', stage: 'trained' }]);
      const { sageMaker } = context.clients;
      const { TrainingJobSummaries = [] } = await sageMaker.send(new ListTrainingJobsCommand({}));
      const [{ TrainingJobName } = {}] = TrainingJobSummaries;
      const job = await sageMaker.send(new DescribeTrainingJobCommand({ TrainingJobName }));
      expect(job).toMatchObject({ TrainingJobStatus: 'Completed', EnableManagedSpotTraining: true });
    },
    5 * MINUTE,
  );

  test(
    'rolls an approved model out to the device, which inspects parts with it',
    async () => {
      await decide(context, 'latest', 'Approved', 'a test says so');
      const rollout = await waitFor('the rollout', ({ rollouts }) =>
        [...rollouts.values()].find(({ stage }) => stage !== 'running'),
      );
      expect(rollout).toMatchObject({
        stage: 'completed',
        devices: [{ thing: platform.device.thing, status: 'SUCCEEDED' }],
      });
      const frames = images.slice(0, 4);
      const verdicts = await inspectOnDevice(context, platform.device, frames, { framesDir, station: STATION });
      expect(verdicts.map(({ fileName }) => fileName)).toEqual(frames.map(({ fileName }) => fileName));
    },
    5 * MINUTE,
  );

  test(
    'labels nothing and trains nothing when the same images come again',
    async () => {
      const { events, images: known } = await context.chain.refresh();
      const before = { ...events };
      const runsBefore = new Map([...known.values()].map(({ imageId, runs }) => [imageId, [...runs]]));
      await upload(images);
      // Something new behind them: the run that takes it up would have taken them too.
      const [first] = images;
      if (!first) throw new Error('there are images');
      const marker: DemoImage = { ...first, part: 'marker', fileName: 'marker.jpg', bytes: await touched(first.bytes) };
      await upload([marker]);
      const taken = await waitFor('the run of the new image', (state) =>
        [...state.images.values()].find(({ part, runs }) => part === 'marker' && runs.length > 0),
      );
      const state = await context.chain.refresh();
      const runs = new Map([...state.images.values()].map((image) => [image.imageId, image.runs]));
      expect(runs).toEqual(new Map([...runsBefore, [taken.imageId, taken.runs]]));
      const more = { ImagesArrived: before.ImagesArrived + 1, LabelingStarted: before.LabelingStarted + 1 };
      expect(state.events).toEqual({ ...before, ...more });
    },
    2 * MINUTE,
  );

  test(
    'traces an image to its model and the device, and the model back to its images',
    async () => {
      const [image] = [...context.chain.state.images.values()].filter(
        ({ stage, part }) => stage === 'approved' && part !== 'marker',
      );
      if (!image) throw new Error('an image was approved');
      await trace(context, image.imageId);
      expect(terminal.results.at(-1)).toMatchObject({
        image: { imageId: image.imageId },
        models: [{ model: { stage: 'approved' }, devices: [{ thing: platform.device.thing, status: 'SUCCEEDED' }] }],
      });
      await trace(context, '1');
      const approved = countStages(context.chain.state).approved;
      expect(terminal.results.at(-1)).toMatchObject({
        model: { stage: 'approved' },
        devices: [{ thing: platform.device.thing }],
      });
      const { images: traced } = z.object({ images: z.array(z.unknown()) }).parse(terminal.results.at(-1));
      expect(traced).toHaveLength(approved);
    },
    MINUTE,
  );

  test(
    'makes the data set of a model again, bit for bit',
    async () => {
      const [model] = context.chain.state.models.values();
      await rebuild(context, model?.snapshotUri ?? '', { into: join(dataDir, 'rebuilt') });
      expect(terminal.results.at(-1)).toMatchObject({ same: true });
    },
    MINUTE,
  );

  test(
    'keeps what could not be handled in a dead-letter queue, with what is wrong in it',
    async () => {
      const letter = await deadLetter(context, 'label-store');
      expect(letter).toContain('LabelsApproved does not fit its schema');
      expect(letter).toContain('labelingJob');
    },
    MINUTE,
  );

  test.skipIf(spawnSync('aws', ['--version']).error)(
    'shows itself to the aws command line',
    async () => {
      const { endpoint = '', region, credentials } = context.connection;
      const { imageBucket, modelPackageGroup, featureGroup, pipeline, thingGroup } = context.names;
      const keys = { AWS_ACCESS_KEY_ID: credentials?.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials?.secretAccessKey };
      const env = { ...process.env, ...keys, AWS_DEFAULT_REGION: region, AWS_PROFILE: undefined };
      // Not the synchronous kind: the embedded AWS answers from this process.
      const aws = async (...parameters: string[]) => {
        const { stdout } = await promisify(execFile)(
          'aws',
          ['--endpoint-url', endpoint, '--output', 'json', ...parameters],
          { env },
        );
        return stdout;
      };
      expect(await aws('s3', 'ls', `s3://${imageBucket}/accepted/`)).toContain('.jpg');
      expect(await aws('sagemaker', 'list-labeling-jobs')).toContain('Completed');
      expect(await aws('sagemaker', 'describe-feature-group', '--feature-group-name', featureGroup)).toContain(
        'OfflineStoreConfig',
      );
      const executions = JSON.parse(await aws('sagemaker', 'list-pipeline-executions', '--pipeline-name', pipeline));
      const [execution] = executions.PipelineExecutionSummaries;
      expect(
        await aws(
          'sagemaker',
          'list-pipeline-execution-steps',
          '--pipeline-execution-arn',
          execution.PipelineExecutionArn,
        ),
      ).toContain('"Evaluate"');
      expect(await aws('sagemaker', 'list-model-packages', '--model-package-group-name', modelPackageGroup)).toContain(
        'Approved',
      );
      expect(await aws('greengrassv2', 'list-deployments')).toContain(thingGroup);
    },
    MINUTE,
  );

  test.skipIf(python === undefined)(
    'takes what YOLOv8 learned the same way to the device, once a deployment says so',
    async () => {
      vi.stubEnv('ASSAY_TRAIN_TRAINER', 'yolov8');
      vi.stubEnv('ASSAY_TRAIN_STEPS', '6');
      await deploy(terminal, 'training', { data: dataDir, stage: 'local' });
      const before = new Set(context.chain.state.trainings.keys());
      await requestTraining(context, 'the other trainer', 'a test');
      const training = await waitFor(
        'the training of YOLOv8',
        ({ trainings }) => [...trainings].find(([arn, { stage }]) => !before.has(arn) && stage !== 'running')?.[1],
      );
      expect(training.failure).toBeUndefined();
      const arn = training.modelPackageArn ?? '';
      const evaluation = await evaluationOf(context, arn);
      expect(evaluation.model.trainer).toMatchObject({ name: 'ultralytics-yolov8n' });

      await decide(context, 'latest', 'Approved', 'a test says so');
      const rollout = await waitFor('the rollout of YOLOv8', ({ rollouts }) =>
        [...rollouts.values()].find(({ modelPackageArn, stage }) => modelPackageArn === arn && stage !== 'running'),
      );
      expect(rollout.stage).toBe('completed');
      const frames = images.slice(0, 2);
      const verdicts = await inspectOnDevice(context, platform.device, frames, { framesDir, station: STATION });
      expect(verdicts.map(({ modelVersion }) => modelVersion)).toEqual(frames.map(() => rollout.modelVersion));
    },
    5 * MINUTE,
  );
});

/** What the gate measured of a model. */
async function evaluationOf({ clients, chain }: Context, modelPackageArn: string) {
  const report = new URL(chain.state.models.get(modelPackageArn)?.reportUri ?? '');
  const Key = report.pathname.slice(1).replace('report.html', 'evaluation.json');
  const { Body } = await clients.s3.send(new GetObjectCommand({ Bucket: report.host, Key }));
  const schema = z.object({ model: z.object({ trainer: z.object({ name: z.string() }) }) });
  return schema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
}

/** The same picture as far as the eye can see, other bytes. */
async function touched(bytes: Uint8Array): Promise<Uint8Array> {
  return sharp(bytes).jpeg({ quality: 71 }).toBuffer();
}

/** A dead letter of a service, as text. */
async function deadLetter({ connection }: Context, service: string): Promise<string> {
  const { endpoint, region, credentials, stage } = connection;
  const sqs = new SQSClient({ endpoint, region, credentials });
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: `assay-${stage}-${service}-dlq` }));
  const query = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20, MessageAttributeNames: ['All'] });
  for (;;) {
    const { Messages } = await sqs.send(query);
    if (Messages?.[0]) return JSON.stringify(Messages[0]);
  }
}
