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
import { longForm, testSeed } from '../form.ts';
import { runChain } from './chain-run.ts';
import { type Deployment, deployOnce } from './deployment.ts';
import { type FinalStates, finalStates } from './final-states.ts';
import { type Kill, STEPS } from './host-messages.ts';
import { killsInSteps, killsOfFunctions, killsOfJobs, killsOnTheWay, killsSpreadOver } from './kill-plans.ts';
import { type Fate, type MortalCloud, startMortalCloud } from './mortal-cloud.ts';
import { rollOut } from './rollout-run.ts';
import { flaws } from './soundness.ts';
import { type RegisteredModel, registeredModels, train } from './training-run.ts';

const MINUTE = 60_000;
const KILLS = longForm ? 100 : 25;
const FUNCTION_KILLS = longForm ? 12 : 4;
const TRAINING_KILLS = longForm ? 25 : 4;
const ROLLOUT_KILLS = 12;
/** In the long form two checkpoints are written on the way, else one. */
const TRAIN_STEPS = longForm ? 500 : 220;

/** Sixty photographs through the chain, once in peace and once under kills: both must come to the same. */
describe('the chain while the embedded AWS is killed', () => {
  const seed = testSeed('kill -9 of the embedded AWS');
  let deployment: Deployment;
  let images: DemoImage[];
  let undisturbed: { folder: string; states: FinalStates; before: number; progress: number; functionCalls: number };

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
      ASSAY_TRAIN_MAP_THRESHOLD: '0',
      ASSAY_TRAIN_GATE: 'rehearsal',
      ASSAY_TRAIN_INT8: 'never',
      ASSAY_TRAIN_STEPS: String(TRAIN_STEPS),
      ASSAY_TRAIN_IMAGE_SIZE: '64',
    });
  }, 5 * MINUTE);
  afterAll(() => deployment?.remove());

  async function play(fate?: Fate) {
    const cloud = await startMortalCloud({ folder: await deployment.copy(), port: deployment.port }, fate);
    const context = deployment.context();
    await runChain(cloud, context, images);
    const states = await statesOf(cloud, context);
    const end = await cloud.stop();
    expect(await flaws(cloud.dataDir)).toEqual([]);
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
      const killed = await play({ kills: killsSpreadOver(KILLS, undisturbed.before, undisturbed.progress, seed) });
      expect(killed.kills()).toBe(KILLS);
      expect(killed.states).toEqual(undisturbed.states);
    },
    20 * MINUTE,
  );

  test(
    `comes to the same when functions are killed ${FUNCTION_KILLS} times at their work`,
    async () => {
      const functionKills = killsOfFunctions(FUNCTION_KILLS, undisturbed.functionCalls, seed);
      const killed = await play({ functionKills });
      expect(killed.killedFunctions).toHaveLength(FUNCTION_KILLS);
      expect(killed.states).toEqual(undisturbed.states);
    },
    15 * MINUTE,
  );

  /** What was trained in peace, on these labels. */
  let trained: { folder: string; asOf: string; models: RegisteredModel[] };

  test(
    'a job that is killed fails its training, and the next one gives a model',
    async () => {
      const jobKills = killsOfJobs(longForm ? STEPS : ['PrepareDataset', 'Train'], seed);
      const folder = await deployment.copy(undisturbed.folder);
      const cloud = await startMortalCloud({ folder, port: deployment.port }, { jobKills });
      const context = deployment.context();
      const asOf = new Date().toISOString();
      for (const { step } of jobKills) {
        const failed = await train(cloud, context, asOf, `${step} will be killed`);
        expect(failed).toMatchObject({ stage: 'failed', failure: expect.stringContaining('exit code: 137') });
        expect(cloud.killedJobs.at(-1)).toBe(step);
      }
      expect(await train(cloud, context, asOf, 'nothing will be killed')).toMatchObject({ stage: 'trained' });
      expect(context.chain.state.events).toMatchObject({ TrainingFailed: jobKills.length, ModelTrained: 1 });
      trained = { folder, asOf, models: await registeredModels(context) };
      expect(trained.models).toHaveLength(1);
      await cloud.stop();
      expect(await flaws(cloud.dataDir)).toEqual([]);
    },
    (longForm ? 10 : 4) * MINUTE,
  );

  let trainedUnderKills: string;

  test(
    `comes to the same model when the embedded AWS is killed ${TRAINING_KILLS} times while it trains`,
    async () => {
      trainedUnderKills = await deployment.copy(undisturbed.folder);
      const kills = killsInSteps(TRAINING_KILLS, seed);
      const cloud = await startMortalCloud({ folder: trainedUnderKills, port: deployment.port }, { kills });
      const context = deployment.context();
      expect(await train(cloud, context, trained.asOf, 'all will be killed')).toMatchObject({ stage: 'trained' });
      expect(cloud.kills()).toBe(TRAINING_KILLS);
      expect(await registeredModels(context)).toEqual(trained.models);
      await cloud.stop();
      expect(await flaws(cloud.dataDir)).toEqual([]);
    },
    12 * MINUTE,
  );

  /** Approves the model of a training that was, and follows it onto the device. */
  async function playOn(folder: string, kills: Kill[]) {
    const cloud = await startMortalCloud({ folder, port: deployment.port });
    const context = deployment.context();
    const rolledOut = await rollOut(cloud, context, images.slice(0, 12), kills);
    const { messages } = await statesOf(cloud, context);
    await cloud.stop();
    expect(await flaws(cloud.dataDir)).toEqual([]);
    // The intake is still at the pictures that the device was unsure of: what has to be the same is what got stuck.
    const deadLetters = Object.fromEntries(Object.entries(messages).filter(([queue]) => queue.endsWith('-dlq')));
    return { kills: cloud.kills(), rolledOut, deadLetters };
  }

  test.runIf(longForm)(
    `the device judges the same when the embedded AWS is killed ${ROLLOUT_KILLS} times between approval and rollout`,
    async () => {
      const inPeace = await playOn(trained.folder, []);
      expect(inPeace.rolledOut.rollouts).toMatchObject([{ stage: 'completed', devices: [{ status: 'SUCCEEDED' }] }]);
      const killed = await playOn(trainedUnderKills, killsOnTheWay(ROLLOUT_KILLS, seed));
      expect(killed).toEqual({ ...inPeace, kills: ROLLOUT_KILLS });
    },
    8 * MINUTE,
  );
});

async function statesOf(cloud: MortalCloud, context: Context): Promise<FinalStates> {
  const states = await cloud.patiently(() => finalStates(stateClients(context), stateNames(context)));
  const items = Object.entries(states.items).map(([table, each]) => [table, summed(each)]);
  return { ...states, items: Object.fromEntries(items) };
}

/** What training remembers of each labeling run are numbers of images: how many runs there were makes no difference. */
const OF_A_RUN = /(?<="(?:approved|stored)":\{"N":")\d+/g;

function summed(items: string[]): string[] {
  const sums = new Map<string, number[]>();
  for (const item of items) {
    const numbers = item.match(OF_A_RUN)?.map(Number) ?? [1];
    const alike = item.replace(OF_A_RUN, '#');
    const sum = sums.get(alike);
    sums.set(alike, sum ? sum.map((before, index) => before + (numbers[index] ?? 0)) : numbers);
  }
  return [...sums].map(([item, sum]) => `${sum.join(' and ')} ${item}`).sort();
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
