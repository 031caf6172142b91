import { createHash } from 'node:crypto';
import type { Athena } from '@aws-sdk/client-athena';
import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { S3 } from '@aws-sdk/client-s3';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import type { SFN } from '@aws-sdk/client-sfn';
import type { SQS } from '@aws-sdk/client-sqs';
import { athenaRows, type LabelTable } from './athena-rows.ts';

export interface StateClients {
  athena: Athena;
  dynamo: DynamoDB;
  s3: S3;
  sageMaker: SageMaker;
  sfn: SFN;
  sqs: SQS;
}

/**
 * What a run of the chain has come to, as it must be whatever happened on the way: times and names that are drawn or made of
 * times are `#`, what has no order is sorted, and how many labeling runs it took is left out.
 */
export interface FinalStates {
  /** All items of all services' tables, by table. */
  items: Record<string, string[]>;
  /** The label store: a line for each outcome that it knows, and how many rows the offline store has for it. */
  records: string[];
  /** Messages left in each queue: visible, in flight, delayed. */
  messages: Record<string, number>;
  /** Statuses that executions of state machines are in. */
  executions: string[];
  /** Statuses that labeling jobs are in. */
  labelingJobs: string[];
  /** Photographs as they came and as they were accepted: key and digest. */
  photographs: string[];
}

/** Reads all of it through the services' own APIs. */
export async function finalStates(clients: StateClients, names: StateNames): Promise<FinalStates> {
  return {
    items: await itemsOf(clients.dynamo),
    records: await recordsOf(clients.athena, names),
    messages: await messagesOf(clients.sqs),
    executions: await executionsOf(clients.sfn),
    labelingJobs: await labelingJobsOf(clients.sageMaker),
    photographs: (await objectsOf(clients.s3, names.imageBucket)).map(({ key, digest }) => `${key} ${digest}`),
  };
}

export interface StateNames extends LabelTable {
  imageBucket: string;
}

async function itemsOf(dynamo: DynamoDB): Promise<Record<string, string[]>> {
  const { TableNames = [] } = await dynamo.listTables({});
  const items: Record<string, string[]> = {};
  for (const TableName of TableNames) {
    const { Items = [], LastEvaluatedKey } = await dynamo.scan({ TableName, ConsistentRead: true });
    if (LastEvaluatedKey) throw new Error(`${TableName} is larger than one page: this test is meant for less`);
    items[TableName] = Items.map((item) => withoutDrawn(JSON.stringify(sorted(item)))).sort();
  }
  return items;
}

/** How many rows a record has says nothing: of two deliveries at once both may append it (docs/decisions/0010-replay-and-idempotence.md). */
async function recordsOf(athena: Athena, names: StateNames): Promise<string[]> {
  const [, ...rows] = await athenaRows(
    athena,
    names,
    `SELECT DISTINCT record_id, image_id, attempt, verdict, boxes, station, part FROM "${names.table}"`,
  );
  // An id has the labeling job's name, which is drawn.
  return rows.map(([, ...row]) => row.join(' ')).sort();
}

const COUNTS = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

async function messagesOf(sqs: SQS): Promise<Record<string, number>> {
  const { QueueUrls = [] } = await sqs.listQueues({});
  const messages: Record<string, number> = {};
  for (const QueueUrl of QueueUrls) {
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: [...COUNTS] });
    const left = COUNTS.reduce((sum, count) => sum + Number(Attributes?.[count]), 0);
    messages[QueueUrl.split('/').at(-1) ?? ''] = left;
  }
  return messages;
}

async function executionsOf(sfn: SFN): Promise<string[]> {
  const { stateMachines = [] } = await sfn.listStateMachines({});
  const statuses = new Set<string>();
  for (const { stateMachineArn } of stateMachines) {
    const { executions = [] } = await sfn.listExecutions({ stateMachineArn, maxResults: 1000 });
    for (const { status } of executions) statuses.add(status ?? '');
  }
  return [...statuses].sort();
}

async function labelingJobsOf(sageMaker: SageMaker): Promise<string[]> {
  const { LabelingJobSummaryList = [] } = await sageMaker.listLabelingJobs({ MaxResults: 100 });
  return [...new Set(LabelingJobSummaryList.map(({ LabelingJobStatus = '' }) => LabelingJobStatus))].sort();
}

/** Every object of a bucket with the SHA-256 of its bytes. */
export async function objectsOf(s3: S3, Bucket: string): Promise<{ key: string; etag: string; digest: string }[]> {
  const objects: { key: string; etag: string; digest: string }[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.listObjectsV2({ Bucket, ContinuationToken });
    for (const { Key = '', ETag = '' } of page.Contents ?? []) {
      const { Body } = await s3.getObject({ Bucket, Key });
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      const digest = createHash('sha256').update(bytes).digest('hex');
      objects.push({ key: Key, etag: ETag.replaceAll('"', ''), digest });
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return objects;
}

const DRAWN = [
  /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g,
  /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g,
  /\b\d{8}-\d{6}-[0-9a-f]{8}\b/g,
];

function withoutDrawn(text: string): string {
  return DRAWN.reduce((rest, drawn) => rest.replaceAll(drawn, '#'), text);
}

/** The same value with its keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
