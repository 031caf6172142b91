import { generateTags } from '@assay/synthetic-tags';
import { Athena } from '@aws-sdk/client-athena';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { Glue } from '@aws-sdk/client-glue';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { SageMakerFeatureStoreRuntime } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { SFN } from '@aws-sdk/client-sfn';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { requestTraining } from '../../packages/cli/src/chain/request-training.ts';
import { decide } from '../../packages/cli/src/commands/models.ts';
import { replay } from '../../packages/cli/src/commands/replay.ts';
import type { Context } from '../../packages/cli/src/context.ts';
import type { DemoImage } from '../../packages/cli/src/demo/demo-dataset.ts';
import { until } from '../../packages/cli/src/demo/waiting.ts';
import { startDevice } from '../../packages/cli/src/platform/device.ts';
import { randomStream, wholeBetween } from '../../packages/synthetic-tags/src/random.ts';
import { longForm, testSeed } from '../form.ts';
import { quietTerminal } from '../journeys/quiet-terminal.ts';
import { type Deployment, deployOnce } from './deployment.ts';
import { type Cloud, labelAll, startCloud } from './disturbed-bus.ts';
import { type FinalStates, finalStates } from './final-states.ts';
import { emptyLabelStore, offlineRecords, onlineRecords } from './label-store.ts';

const MINUTE = 60_000;
/** Events are shuffled within a minute; within a few seconds in the short form, where a minute at each hop would take too long. */
const WINDOW = longForm ? MINUTE : 4000;
const LIMIT = (longForm ? 15 : 4) * MINUTE;

/** The same few photographs through the chain: in peace, then replayed, then with a bus that does all that AWS's promise allows. */
describe('the chain of events', () => {
  let deployment: Deployment;
  let images: DemoImage[];
  let cloud: Cloud;
  let undisturbed: Outcome;

  beforeAll(async () => {
    images = [];
    const tags = { seed: 7, tags: 12, shotsPerTag: 2, defectFreeShare: 0.2, width: 320, height: 240 };
    for await (const { fileName, part, width, height, jpeg, boxes } of generateTags(tags))
      images.push({ fileName, part, width, height, bytes: jpeg, boxes });
    deployment = await deployOnce({
      ASSAY_LABELING_CATEGORIES: 'scratch,dent',
      // Many small runs.
      ASSAY_LABELING_MIN_IMAGES: '1',
      ASSAY_LABELING_MAX_IMAGES: '6',
      // As many verifiers as there are people: who is first then makes no difference.
      ASSAY_LABELING_VERIFIERS: '3',
      ASSAY_TRAIN_MINIMUM_LABELS: '1000',
      ASSAY_TRAIN_MAP_THRESHOLD: '0',
      ASSAY_TRAIN_GATE: 'rehearsal',
      ASSAY_TRAIN_INT8: 'never',
      ASSAY_TRAIN_STEPS: '40',
      ASSAY_TRAIN_IMAGE_SIZE: '128',
    });
  }, 5 * MINUTE);
  afterAll(() => deployment?.remove());

  describe('in peace, and then replayed', () => {
    beforeAll(async () => {
      cloud = await startCloud(deployment);
      await labelAll(cloud, images, 4 * MINUTE);
      undisturbed = await outcomeOf(cloud.context);
    }, 5 * MINUTE);
    afterAll(() => cloud?.close());

    test('every image comes to its labels, once', async () => {
      expect(undisturbed.images).toHaveLength(images.length);
      expect(undisturbed.executions).toEqual(['SUCCEEDED']);
      expect(Object.values(undisturbed.messages).every((left) => left === 0)).toBe(true);
      const records = await offlineRecords(clientsOf(cloud.context), storeOf(cloud.context));
      expect(new Set(records.map(({ record_id }) => record_id)).size).toBe(records.length);
    });

    test(
      'a replay of all LabelsApproved changes nothing in the full label store',
      async () => {
        const before = await everything(cloud.context);
        const said = await saidSoFar();
        expect(await replayed({ event: 'LabelsApproved', toService: 'label-store', dryRun: true })).toMatchObject({
          rules: [{ rule: 'assay-local-label-store-labels-approved', events: said.LabelsApproved }],
        });
        await replayed({ event: 'LabelsApproved', toService: 'label-store' });
        expect(await everything(cloud.context)).toEqual(before);
        expect(await saidSoFar()).toEqual({ ...said, LabelsStored: said.LabelsStored + said.LabelsApproved });
      },
      MINUTE,
    );

    test(
      'a replay of all LabelsApproved onto the emptied label store gives identical records',
      async () => {
        const [clients, store] = [clientsOf(cloud.context), storeOf(cloud.context)];
        const before = await everything(cloud.context);
        await emptyLabelStore(clients, store);
        expect(await offlineRecords(clients, store)).toEqual([]);
        await replayed({ event: 'LabelsApproved', toService: 'label-store' });
        expect(await everything(cloud.context)).toEqual(before);
      },
      MINUTE,
    );

    test(
      'a replay of ImagesArrived labels nothing again',
      async () => {
        const before = await everything(cloud.context);
        const said = await saidSoFar();
        await replayed({ event: 'ImagesArrived', toService: 'labeling' });
        expect(await everything(cloud.context)).toEqual(before);
        expect(await saidSoFar()).toEqual(said);
      },
      MINUTE,
    );

    /** How often each event stands in the journal now. */
    const saidSoFar = async () => ({ ...(await cloud.context.chain.refresh()).events });

    async function replayed(options: { event: string; toService: string; dryRun?: boolean }): Promise<unknown> {
      const terminal = quietTerminal();
      await replay({ ...cloud.context, terminal }, { from: '1h', ...options });
      await cloud.atRest();
      return terminal.results.at(-1);
    }
  });

  describe(`with every event delivered one to three times, shuffled within ${WINDOW / 1000} s`, () => {
    beforeAll(async () => {
      const random = randomStream('deliveries', testSeed('deliveries of events'));
      cloud = await startCloud(deployment, {
        copies: () => wholeBetween(random, 1, 3),
        delay: () => wholeBetween(random, 0, WINDOW),
      });
    }, MINUTE);
    afterAll(() => cloud?.close());

    test(
      'the labels come to the same',
      async () => {
        await labelAll(cloud, images, LIMIT);
        expect(await outcomeOf(cloud.context)).toEqual(undisturbed);
      },
      LIMIT + MINUTE,
    );

    test(
      'one training gives one model, whose one approval is one rollout',
      async () => {
        const { context, folder } = cloud;
        const device = await startDevice(context, { dataDir: folder, framesDir: `${folder}/frames` });
        try {
          await requestTraining(context, 'a test', 'a test');
          await until(context, 'a model', LIMIT, ({ models }) => [...models.values()].find((model) => model.trainedAt));
          await decide(context, 'latest', 'Approved', 'a test says so');
          await until(context, 'the rollout', LIMIT, ({ rollouts }) =>
            [...rollouts.values()].find(({ stage }) => stage === 'completed'),
          );
          await cloud.atRest();
          const { trainings, models, rollouts, events } = await context.chain.refresh();
          expect([...trainings.values()]).toMatchObject([{ stage: 'trained', reason: 'requested' }]);
          expect([...models.values()]).toMatchObject([{ stage: 'approved' }]);
          expect([...rollouts.values()]).toMatchObject([{ stage: 'completed', devices: [{ status: 'SUCCEEDED' }] }]);
          expect(events).toMatchObject({ ModelRejected: 0, RolloutRolledBack: 0, TrainingFailed: 0 });
          const { messages } = await outcomeOf(context);
          expect(messages).toEqual(undisturbed.messages);
        } finally {
          await device.close();
        }
      },
      2 * LIMIT + MINUTE,
    );
  });
});

/** What must come out the same however events were delivered; into how many runs images fell is none of it. */
type Outcome = Pick<FinalStates, 'records' | 'messages' | 'executions' | 'photographs'> & {
  ledger: string[];
  images: string[];
  /** What training has counted. */
  approved: number;
};

async function outcomeOf({ connection, names }: Context): Promise<Outcome> {
  const { stage } = connection;
  const clients = clientsOf({ connection });
  const { database, table, workGroup } = storeOf({ connection, names });
  const states = await finalStates(clients, { imageBucket: names.imageBucket, database, table, workGroup });
  const counted = (states.items[`assay-${stage}-training`] ?? []).map((item) => countedSchema.parse(JSON.parse(item)));
  return {
    records: states.records,
    messages: states.messages,
    executions: states.executions,
    photographs: states.photographs,
    ledger: states.items[`assay-${stage}-image-intake-ledger`] ?? [],
    images: states.items[`assay-${stage}-labeling-images`] ?? [],
    approved: counted.reduce((sum, { pk, approved }) => sum + (pk.S === 'run' ? Number(approved?.N) : 0), 0),
  };
}

const countedSchema = z.object({ pk: z.object({ S: z.string() }), approved: z.object({ N: z.string() }).optional() });

/** All that a replay could change, to the letter. */
async function everything(context: Context) {
  const clients = clientsOf(context);
  const store = storeOf(context);
  const offline = await offlineRecords(clients, store);
  const { dynamo } = clients;
  const { Items: images = [] } = await dynamo.scan({ TableName: `assay-${context.connection.stage}-labeling-images` });
  return {
    offline,
    online: await onlineRecords(
      clients,
      store,
      offline.map(({ record_id = '' }) => record_id),
    ),
    images: images.map((image) => JSON.stringify(image)).sort(),
    outcome: await outcomeOf(context),
  };
}

function clientsOf({ connection: { endpoint, region, credentials } }: Pick<Context, 'connection'>) {
  const settings = { endpoint, region, credentials };
  return {
    athena: new Athena(settings),
    dynamo: new DynamoDB(settings),
    featureStore: new SageMakerFeatureStoreRuntime(settings),
    glue: new Glue(settings),
    s3: new S3(settings),
    sageMaker: new SageMaker(settings),
    sfn: new SFN(settings),
    sqs: new SQS(settings),
  };
}

function storeOf({ connection: { stage }, names }: Pick<Context, 'connection' | 'names'>) {
  const { featureGroup } = names;
  return { featureGroup, database: `assay_${stage}_labels`, table: 'labels', workGroup: `assay-${stage}-labels` };
}
