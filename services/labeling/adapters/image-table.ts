import { type ImageRef, imageRefSchema } from '@assay/events';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { ImageQueue, KnownImage, QueuedImage } from '../domain/ports.ts';

const itemSchema = z.object({ image: imageRefSchema, attempt: z.int().positive(), queuedAt: z.string() });
const stateSchema = z.object({
  state: z.enum(['waiting', 'labeling', 'labeled', 'failed']),
  runId: z.string().optional(),
  lastRunId: z.string().optional(),
});

/**
 * The queue in one table, an item an image (`imageId`). Two sparse indexes: `waiting` by time queued, for images that
 * wait, and `runs`, for images that a run has taken. Every change of state is conditional on the state before.
 */
export function createImageTable(table: Pick<DynamoDBDocumentClient, 'send'>, TableName: string): ImageQueue {
  const add = (image: ImageRef, item: Record<string, unknown>) =>
    unlessItFails(
      table.send(
        new PutCommand({
          TableName,
          Item: { imageId: image.imageId, image, attempt: 1, ...item },
          ConditionExpression: 'attribute_not_exists(imageId)',
        }),
      ),
    );

  const query = async (input: Omit<QueryCommandInput, 'TableName'>, limit: number): Promise<QueuedImage[]> => {
    const found: QueuedImage[] = [];
    let ExclusiveStartKey: QueryCommandInput['ExclusiveStartKey'];
    do {
      const page = await table.send(
        new QueryCommand({ TableName, ...input, Limit: Math.min(1000, limit - found.length), ExclusiveStartKey }),
      );
      found.push(...(page.Items ?? []).map((item) => itemSchema.parse(item)));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined && found.length < limit);
    return found;
  };

  const find = async (imageId: string): Promise<KnownImage | undefined> => {
    const { Item } = await table.send(new GetCommand({ TableName, Key: { imageId }, ConsistentRead: true }));
    if (Item === undefined) return undefined;
    const { state, runId, lastRunId } = stateSchema.parse(Item);
    return { state, runId: runId ?? lastRunId };
  };

  return {
    find,

    add: (image, queuedAt) => add(image, { state: 'waiting', queue: 'waiting', queuedAt }),

    async take(image, runId, at) {
      const taken: KnownImage = { state: 'labeling', runId };
      if (await add(image, { ...taken, queuedAt: at })) return taken;
      return (await find(image.imageId)) ?? taken;
    },

    async waiting(limit) {
      if (limit <= 0) return [];
      return query(
        {
          IndexName: 'waiting',
          KeyConditionExpression: '#queue = :waiting',
          ExpressionAttributeNames: { '#queue': 'queue' },
          ExpressionAttributeValues: { ':waiting': 'waiting' },
        },
        limit,
      );
    },

    claim: (imageId, runId) =>
      unlessItFails(
        table.send(
          new UpdateCommand({
            TableName,
            Key: { imageId },
            UpdateExpression: 'SET #state = :labeling, runId = :run REMOVE #queue',
            ConditionExpression: '#state = :waiting OR runId = :run',
            ExpressionAttributeNames: { '#state': 'state', '#queue': 'queue' },
            ExpressionAttributeValues: { ':labeling': 'labeling', ':waiting': 'waiting', ':run': runId },
          }),
        ),
      ),

    claimedBy: (runId) =>
      query(
        {
          IndexName: 'runs',
          KeyConditionExpression: 'runId = :run',
          ExpressionAttributeValues: { ':run': runId },
        },
        Number.MAX_SAFE_INTEGER,
      ),

    settle: (imageId, runId, next) =>
      unlessItFails(
        table.send(
          new UpdateCommand({
            TableName,
            Key: { imageId },
            UpdateExpression:
              next.state === 'waiting'
                ? 'SET #state = :next, lastRunId = :run, #queue = :next, attempt = :attempt, queuedAt = :at REMOVE runId'
                : 'SET #state = :next, lastRunId = :run REMOVE runId',
            ConditionExpression: 'runId = :run',
            ExpressionAttributeNames: { '#state': 'state', ...(next.state === 'waiting' && { '#queue': 'queue' }) },
            ExpressionAttributeValues: {
              ':next': next.state,
              ':run': runId,
              ...(next.state === 'waiting' && { ':attempt': next.attempt, ':at': next.queuedAt }),
            },
          }),
        ),
      ),
  };
}

/** Whether a conditional write took place. */
async function unlessItFails(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
