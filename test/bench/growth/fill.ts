import { createHash } from 'node:crypto';
import { eachAtOnce } from '@assay/at-once';
import { catalogue, type ImageRef, type LabelOutcome } from '@assay/events';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DisableRuleCommand, EnableRuleCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Context } from '../../../packages/cli/src/context.ts';
import { publisherAs } from '../../../packages/cli/src/platform/publisher.ts';
import { createFeatureStore } from '../../../services/label-store/adapters/feature-store.ts';
import { toRecord } from '../../../services/label-store/domain/label-record.ts';

/** Images of a labeling run, and of a batch of intake. */
const RUN = 200;
const BATCH = 20;
const AT_ONCE = 16;
const PHOTOGRAPH = Buffer.alloc(2000, 'x');

/**
 * Leaves behind what images `from` to `until` would have left that went through the chain: their objects, the rows of intake's
 * ledger and of labeling's table, their feature records (and by them the Parquet files), and their events, which go into
 * archive and journal. Everything over AWS's own API; nobody hears the events meanwhile.
 */
export async function fill(context: Context, from: number, until: number): Promise<void> {
  const wake = await silenceRules(context);
  try {
    for (let start = from; start < until; start += RUN) await fillRun(context, start, Math.min(start + RUN, until));
  } finally {
    await wake();
  }
}

/** Disables every rule that would make a service work. @returns how to enable them again. */
async function silenceRules({ clients: { eventBridge }, names }: Context): Promise<() => Promise<void>> {
  const listed = await Promise.all(
    ['default', names.bus].map((EventBusName) => eventBridge.send(new ListRulesCommand({ EventBusName }))),
  );
  const rules = listed
    .flatMap(({ Rules = [] }) => Rules)
    .filter(({ Name = '', State }) => State === 'ENABLED' && !Name.endsWith('-journal'))
    .map(({ Name, EventBusName }) => ({ Name, EventBusName }));
  for (const rule of rules) await eventBridge.send(new DisableRuleCommand(rule));
  return async () => {
    for (const rule of rules) await eventBridge.send(new EnableRuleCommand(rule));
  };
}

async function fillRun(context: Context, from: number, until: number): Promise<void> {
  const { clients, names, connection } = context;
  const { endpoint, region, credentials, stage } = connection;
  const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient({ endpoint, region, credentials }));
  const runtime = new SageMakerFeatureStoreRuntimeClient({ endpoint, region, credentials });
  const store = createFeatureStore(runtime, names.featureGroup);
  const images = Array.from({ length: until - from }, (_, index) => imageOf(names.imageBucket, from + index));
  const run = {
    runId: `run-filled-${from}`,
    labelingJob: `filled-boxes-${from}`,
    verificationJob: `filled-verify-${from}`,
  };
  const outcomes = images.map(outcomeOf);
  const records = outcomes.map((outcome) => toRecord(outcome, run));
  await eachAtOnce(images, AT_ONCE, async ({ imageId, part }) => {
    for (const Key of [`incoming/bench/${part}/${part}.jpg`, `accepted/${imageId}.jpg`])
      await clients.s3.send(new PutObjectCommand({ Bucket: names.imageBucket, Key, Body: PHOTOGRAPH }));
  });
  const seenAt = new Date().toISOString();
  const ledger = images.map((image) => ({
    imageId: image.imageId,
    image,
    uploadUri: image.uri,
    state: 'announced',
    seenAt,
  }));
  const labeled = images.map((image) => ({
    imageId: image.imageId,
    image,
    attempt: 1,
    queuedAt: seenAt,
    state: 'labeled',
  }));
  await putItems(dynamo, `assay-${stage}-image-intake-ledger`, ledger);
  await putItems(dynamo, `assay-${stage}-labeling-images`, labeled);
  await eachAtOnce(records, AT_ONCE, (record) => store.put(record));
  await publishRun(context, run, images, outcomes);
}

async function publishRun(
  context: Context,
  run: { runId: string; labelingJob: string; verificationJob: string },
  images: ImageRef[],
  outcomes: LabelOutcome[],
): Promise<void> {
  const { names, connection } = context;
  const as = (producer: string) => publisherAs(context, producer);
  for (let start = 0; start < images.length; start += BATCH)
    await as('assay.image-intake').publish(catalogue.ImagesArrived, {
      images: { items: images.slice(start, start + BATCH) },
    });
  const attempts = images.map(({ imageId }) => ({ imageId, attempt: 1 }));
  const executionArn = `arn:aws:states:${connection.region}:${connection.account}:execution:filled:${run.runId}`;
  const { runId } = run;
  await as('assay.labeling').publish(catalogue.LabelingStarted, { runId, executionArn, images: { items: attempts } });
  await as('assay.labeling').publish(catalogue.LabelsApproved, { ...run, labels: { items: outcomes } });
  await as('assay.label-store').publish(catalogue.LabelsStored, {
    runId,
    labelingJob: run.labelingJob,
    featureGroup: names.featureGroup,
    catalog: 'AwsDataCatalog',
    database: 'labels',
    table: 'labels',
    workGroup: 'labels',
    queryOutput: `s3://${names.claimBucket}/`,
    stored: outcomes.length,
    approved: outcomes.length,
    asOf: new Date().toISOString(),
  });
}

function imageOf(bucket: string, index: number): ImageRef {
  const part = `filled-${String(index).padStart(6, '0')}`;
  const imageId = createHash('sha256').update(part).digest('hex');
  return {
    imageId,
    uri: `s3://${bucket}/accepted/${imageId}.jpg`,
    width: 160,
    height: 120,
    depth: 3,
    format: 'jpeg',
    bytes: PHOTOGRAPH.length,
    station: 'bench',
    part,
    origin: 'upload',
    capturedAt: new Date().toISOString(),
  };
}

function outcomeOf({ imageId, uri, width, height, depth, station, part, origin }: ImageRef): LabelOutcome {
  const boxes = [{ left: 10, top: 20, width: 30, height: 12, classId: 0, className: 'scratch' }];
  const image = { imageId, uri, width, height, depth, station, part, origin };
  return { ...image, boxes, verdict: 'approved', attempt: 1, agreement: 0.9, labeledAt: new Date().toISOString() };
}

async function putItems(
  dynamo: DynamoDBDocumentClient,
  table: string,
  items: Record<string, unknown>[],
): Promise<void> {
  for (let start = 0; start < items.length; start += 25) {
    const Items = items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
    const { UnprocessedItems = {} } = await dynamo.send(new BatchWriteCommand({ RequestItems: { [table]: Items } }));
    if (table in UnprocessedItems) throw new Error(`${table} did not take all of a batch`);
  }
}
