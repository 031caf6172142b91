import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import type { TrainingState } from '../domain/ports.ts';
import {
  executionItem,
  labelSourceItem,
  lockItem,
  progressItem,
  runItem,
  trainingItem,
  trainingRecordItem,
} from './training-items.ts';

/**
 * The service's memory in one table, partitioned by kind (`pk`): `run` (by id), `labels` (runs by instant), `source`, `progress`,
 * `lock`, `training` (by token), `execution` (by ARN), `request`. No transactions: each step may be repeated.
 */
export function trainingTable(documents: DynamoDBDocumentClient, TableName: string): TrainingState {
  const get = async (pk: string, sk: string): Promise<unknown> =>
    (await documents.send(new GetCommand({ TableName, Key: { pk, sk }, ConsistentRead: true }))).Item;
  const put = (pk: string, sk: string, item: object) =>
    documents.send(new PutCommand({ TableName, Item: { ...item, pk, sk } }));
  const remove = (pk: string, sk: string) => documents.send(new DeleteCommand({ TableName, Key: { pk, sk } }));
  /** Puts an item where there is none yet, or where `or` holds for the one that there is. */
  const putUnless = (
    pk: string,
    sk: string,
    item: object,
    or?: { name: string; test: '<' | '='; value: string | number },
  ) =>
    onlyIf(
      documents.send(
        new PutCommand({
          TableName,
          Item: { ...item, pk, sk },
          ConditionExpression: `attribute_not_exists(#pk)${or ? ` OR #name ${or.test} :value` : ''}`,
          ExpressionAttributeNames: { '#pk': 'pk', ...(or && { '#name': or.name }) },
          ...(or && { ExpressionAttributeValues: { ':value': or.value } }),
        }),
      ),
    );
  const putNewest = (pk: string, item: { asOf: string }) =>
    putUnless(pk, 'latest', item, { name: 'asOf', test: '<', value: item.asOf });
  const set = (pk: string, sk: string, name: string, value: unknown) =>
    documents.send(
      new UpdateCommand({
        TableName,
        Key: { pk, sk },
        UpdateExpression: 'SET #name = :value',
        ExpressionAttributeNames: { '#name': name },
        ExpressionAttributeValues: { ':value': value },
      }),
    );
  const trainingBy = async (token: string) => trainingRecordItem.optional().parse(await get('training', token));

  return {
    async recordRun(run, source) {
      // The first word on a run counts: told again after a replay, it has a later instant. But one of more records is news:
      // labels that were imported with others, and could be used only once somebody had corrected them.
      await putUnless('run', run.runId, run, { name: 'stored', test: '<', value: run.stored });
      const known = runItem.parse(await get('run', run.runId));
      await put('labels', `${known.asOf}#${run.runId}`, known);
      await putNewest('source', { ...source, asOf: run.asOf });
    },
    labelSource: async () => labelSourceItem.optional().parse(await get('source', 'latest')),
    async newLabels() {
      const progress = progressItem.optional().parse(await get('progress', 'latest'));
      // `$` comes right after `#`: beyond every run of that instant.
      const runs = await runsOf(queryAll(documents, TableName, 'labels', { after: progress && `${progress.asOf}$` }));
      const last = runs.at(-1);
      return last && { approved: runs.reduce((sum, { approved }) => sum + approved, 0), asOf: last.asOf };
    },
    async storedRecords(asOf) {
      const runs = await runsOf(queryAll(documents, TableName, 'labels', { before: `${asOf}$` }));
      return runs.reduce((sum, { stored }) => sum + stored, 0);
    },
    async acquireLock(token, now) {
      const lock = { token, since: now };
      const free = await putUnless('lock', 'lock', lock, { name: 'token', test: '=', value: token });
      return free ? lock : undefined;
    },
    currentLock: async () => lockItem.optional().parse(await get('lock', 'lock')),
    async releaseLock(token) {
      const ifHeld = {
        ConditionExpression: '#token = :token',
        ExpressionAttributeNames: { '#token': 'token' },
        ExpressionAttributeValues: { ':token': token },
      };
      await onlyIf(documents.send(new DeleteCommand({ TableName, Key: { pk: 'lock', sk: 'lock' }, ...ifHeld })));
    },
    training: trainingBy,
    async trainingOf(executionArn) {
      const execution = executionItem.optional().parse(await get('execution', executionArn));
      return execution?.token === undefined ? undefined : trainingBy(execution.token);
    },
    recordTraining: async (training) => void (await putUnless('training', training.token, training)),
    async recordExecution(token, executionArn) {
      await set('execution', executionArn, 'token', token);
      await set('training', token, 'executionArn', executionArn);
    },
    recordAnnouncement: async (token, announced) => void (await set('training', token, 'announced', announced)),
    advanceTo: async (asOf) => void (await putNewest('progress', { asOf })),
    async isConcluded(executionArn) {
      return executionItem.optional().parse(await get('execution', executionArn))?.outcome !== undefined;
    },
    conclude: async (executionArn, outcome) => void (await set('execution', executionArn, 'outcome', outcome)),
    postpone: async (training) => void (await put('request', `${training.asOf}#${training.token}`, training)),
    async postponed() {
      const [oldest] = await queryAll(documents, TableName, 'request');
      return oldest === undefined ? undefined : trainingItem.parse(oldest);
    },
    settle: async ({ asOf, token }) => void (await remove('request', `${asOf}#${token}`)),
  };
}

/** Runs as they last were, in that order: one that has grown has an item of each instant. */
async function runsOf(items: Promise<unknown[]>): Promise<z.output<typeof runItem>[]> {
  const runs = new Map<string, z.output<typeof runItem>>();
  for (const item of await items) {
    const run = runItem.parse(item);
    runs.delete(run.runId);
    runs.set(run.runId, run);
  }
  return [...runs.values()];
}

/** All items of a kind in the order of their sort keys, from beyond `after`, or up to `before`. */
async function queryAll(
  documents: DynamoDBDocumentClient,
  TableName: string,
  pk: string,
  { after, before }: { after?: string | undefined; before?: string } = {},
) {
  const bound = after ?? before;
  const compared = after === undefined ? '<' : '>';
  const items: unknown[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const page = await documents.send(
      new QueryCommand({
        TableName,
        ConsistentRead: true,
        KeyConditionExpression: bound === undefined ? 'pk = :pk' : `pk = :pk AND sk ${compared} :bound`,
        ExpressionAttributeValues: { ':pk': pk, ...(bound !== undefined && { ':bound': bound }) },
        ExclusiveStartKey,
      }),
    );
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

/** @returns whether the condition of the write was met */
async function onlyIf(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
