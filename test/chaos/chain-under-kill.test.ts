import { generateTags } from '@assay/synthetic-tags';
import { Athena } from '@aws-sdk/client-athena';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { SFN } from '@aws-sdk/client-sfn';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../packages/cli/src/context.ts';
import type { DemoImage } from '../../packages/cli/src/demo/demo-dataset.ts';
import { randomStream, wholeBetween } from '../../packages/synthetic-tags/src/random.ts';
import { longForm, testSeed } from '../form.ts';
import { runChain } from './chain-run.ts';
import { type Deployment, deployOnce } from './deployment.ts';
import { type FinalStates, finalStates } from './final-states.ts';
import type { Kill } from './host-messages.ts';
import { type Fate, startMortalCloud } from './mortal-cloud.ts';
import { flaws } from './soundness.ts';

const MINUTE = 60_000;
const KILLS = longForm ? 100 : 25;
const FUNCTION_KILLS = longForm ? 12 : 4;

/** Sixty photographs through the chain, once in peace and once under kills: both must come to the same. */
describe('the chain while the embedded AWS is killed', () => {
  const seed = testSeed('kill -9 of the embedded AWS');
  let deployment: Deployment;
  let images: DemoImage[];
  let undisturbed: { states: FinalStates; before: number; progress: number; functionCalls: number };

  beforeAll(async () => {
    images = [];
    for await (const { fileName, part, width, height, jpeg, boxes } of generateTags({
      seed: 9,
      tags: 15,
      shotsPerTag: 4,
      defectFreeShare: 0.2,
      width: 320,
      height: 240,
    }))
      images.push({ fileName, part, width, height, bytes: jpeg, boxes });
    deployment = await deployOnce({
      ASSAY_LABELING_CATEGORIES: 'scratch,dent',
      ASSAY_LABELING_MIN_IMAGES: '1',
      // As many verifiers as there are people: who is first then makes no difference.
      ASSAY_LABELING_VERIFIERS: '3',
      // A worker's time for a task goes by the clock whose waits are skipped.
      ASSAY_LABELING_TASK_SECONDS: '28800',
      ASSAY_TRAIN_MINIMUM_LABELS: '1000',
    });
  }, 5 * MINUTE);
  afterAll(() => deployment?.remove());

  async function play(fate?: Fate) {
    const dataDir = await deployment.copy();
    const cloud = await startMortalCloud({ dataDir, port: deployment.port }, fate);
    const context = deployment.context();
    await runChain(cloud, context, images);
    const found = await cloud.patiently(() => finalStates(stateClients(context), stateNames(context)));
    const items = Object.entries(found.items).map(([table, each]) => [table, summed(each)]);
    const states: FinalStates = { ...found, items: Object.fromEntries(items) };
    const end = await cloud.stop();
    expect(await flaws(dataDir)).toEqual([]);
    return { ...cloud, ...end, states };
  }

  test(
    'in peace, every image comes to its labels',
    async () => {
      undisturbed = await play();
      expect(undisturbed.states).toMatchObject({ executions: ['SUCCEEDED'], labelingJobs: ['Completed'] });
    },
    4 * MINUTE,
  );

  test(
    `comes to the same after ${KILLS} kills`,
    async () => {
      const killed = await play({ nextKill: killsSpreadOver(undisturbed.before, undisturbed.progress, seed) });
      expect(killed.kills()).toBe(KILLS);
      expect(killed.states).toEqual(undisturbed.states);
    },
    20 * MINUTE,
  );

  test(
    `comes to the same when functions are killed ${FUNCTION_KILLS} times at their work`,
    async () => {
      const random = randomStream('function kills', seed);
      const share = undisturbed.functionCalls / FUNCTION_KILLS;
      const functionKills = Array.from({ length: FUNCTION_KILLS }, (_, index) =>
        wholeBetween(random, Math.ceil(index * share) + 1, Math.floor((index + 1) * share)),
      );
      const killed = await play({ functionKills });
      expect(killed.killedFunctions).toHaveLength(FUNCTION_KILLS);
      expect(killed.states).toEqual(undisturbed.states);
    },
    15 * MINUTE,
  );
});

/** What training remembers of each labeling run is a number of images: how many runs there were makes no difference. */
const APPROVED = /"approved":\{"N":"(\d+)"\}/;

function summed(items: string[]): string[] {
  const sums = new Map<string, number>();
  for (const item of items) {
    const alike = item.replace(APPROVED, '"approved":#');
    sums.set(alike, (sums.get(alike) ?? 0) + Number(APPROVED.exec(item)?.[1] ?? 1));
  }
  return [...sums].map(([item, sum]) => `${sum} ${item}`).sort();
}

/** One kill in each of so many equal parts of the work, at an instant that is drawn; the last leave something to do. */
function killsSpreadOver(before: number, after: number, seed: number): () => Kill | undefined {
  const random = randomStream('kills', seed);
  const kills = Array.from({ length: KILLS }, (_, index): Kill => {
    const progress = Math.floor(before + (0.9 * (after - before) * (index + random())) / KILLS);
    // One in ten while it starts again.
    if (random() < 0.1) return { progress, calls: 0, milliseconds: wholeBetween(random, 0, 1500) };
    return {
      progress,
      calls: wholeBetween(random, 1, 20),
      milliseconds: random() < 0.4 ? 0 : wholeBetween(random, 1, 40),
    };
  });
  return () => kills.shift();
}

const configuration = ({ connection: { endpoint, region, credentials } }: Context) => ({
  endpoint,
  region,
  credentials,
});

function stateClients(context: Context) {
  const settings = configuration(context);
  return {
    athena: new Athena(settings),
    dynamo: new DynamoDB(settings),
    s3: new S3(settings),
    sageMaker: new SageMaker(settings),
    sfn: new SFN(settings),
    sqs: new SQS(settings),
  };
}

const stateNames = ({ connection: { stage }, names }: Context) => ({
  imageBucket: names.imageBucket,
  database: `assay_${stage}_labels`,
  table: 'labels',
  workGroup: `assay-${stage}-labels`,
});
