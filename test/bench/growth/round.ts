import { setTimeout as delay } from 'node:timers/promises';
import { AthenaClient, GetQueryExecutionCommand, StartQueryExecutionCommand } from '@aws-sdk/client-athena';
import { createChain } from '../../../packages/cli/src/chain/chain.ts';
import type { DemoImage } from '../../../packages/cli/src/demo/demo-dataset.ts';
import { asOfQuery } from '../../../services/label-store/domain/as-of-query.ts';
import type { Stage } from '../chain/stage.ts';

/** The steps of the chain that are told apart, in their order. */
export const CHAIN_STEPS = ['intake', 'labeling run start', 'labeling', 'store'] as const;
/** What reads everything that is stored, and so takes longer the more that is. */
export const READINGS = ['query of all labels', 'status'] as const;
export const STEPS = [...CHAIN_STEPS, ...READINGS];
export type Step = (typeof STEPS)[number];

/** Milliseconds that a step took for the batch, by the clock and on the embedded AWS's processor. */
export type Cost = Record<'elapsed' | 'cpu', number>;

/** By what event each step of the chain ends. */
const ENDS = {
  ImagesArrived: 'intake',
  LabelingStarted: 'labeling run start',
  LabelsApproved: 'labeling',
  LabelsStored: 'store',
} as const;

/** Sends a batch through every step of the chain once, and asks for the labels and the state as people do. */
export async function measureRound(stage: Stage, batch: readonly DemoImage[]): Promise<Record<Step, Cost>> {
  const { aws } = stage;
  await settled(stage);
  const stopwatch = async () => ({ at: performance.now(), cpu: await aws.cpu() });
  const ends = new Map<Step, Cost>();
  let before = await stopwatch();
  const lap = async (step: Step) => {
    const now = await stopwatch();
    const sum = ends.get(step) ?? { elapsed: 0, cpu: 0 };
    ends.set(step, { elapsed: sum.elapsed + now.at - before.at, cpu: sum.cpu + now.cpu - before.cpu });
    before = now;
  };
  // An image that is rejected goes round once more: its laps are added to the steps.
  await stage.label(batch, async ({ name }) => {
    if (name in ENDS) await lap(ENDS[name as keyof typeof ENDS]);
  });
  await settled(stage);
  before = await stopwatch();
  await queryLabels(stage);
  await lap('query of all labels');
  await createChain(stage.context.clients, stage.context.names).refresh();
  await lap('status');
  return Object.fromEntries(STEPS.map((step) => [step, ends.get(step) ?? { elapsed: 0, cpu: 0 }])) as Record<
    Step,
    Cost
  >;
}

/** Waits until the embedded AWS has nothing left to do. */
async function settled({ aws }: Stage): Promise<void> {
  for (let before = await aws.cpu(); ; ) {
    await delay(1000);
    const now = await aws.cpu();
    if (now - before < 60) return;
    before = now;
  }
}

/** The newest approved label of every image, as the label store's query function and the training ask for them. */
async function queryLabels({ context: { connection } }: Stage): Promise<void> {
  const { endpoint, region, credentials, stage } = connection;
  const athena = new AthenaClient({ endpoint, region, credentials });
  const QueryString = asOfQuery({ table: 'labels', asOf: new Date().toISOString(), verdict: 'approved' });
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString,
      WorkGroup: `assay-${stage}-labels`,
      QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: `assay_${stage}_labels` },
    }),
  );
  for (;;) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return;
    if (State === 'FAILED' || State === 'CANCELLED') throw new Error(`the query failed: ${StateChangeReason}`);
    await delay(50);
  }
}
