import { type ImageRef, imageRefSchema } from '@assay/events';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { LedgerEntry } from '../domain/ledger.ts';

const entrySchema = z.object({
  image: imageRefSchema,
  uploadUri: z.string(),
  state: z.enum(['pending', 'announced']),
  seenAt: z.string(),
});

/** The table of contents seen, keyed by `imageId`. */
export interface ImageLedger {
  find(imageId: string): Promise<LedgerEntry | undefined>;
  /** Puts a pending entry unless there is one; returns the one that is there then. */
  register(image: ImageRef, uploadUri: string, seenAt: Date): Promise<LedgerEntry>;
  /** Keeps the event that said it; of several (two deliveries at once) the first. */
  markAnnounced(imageId: string, eventId: string, at: Date): Promise<void>;
}

export function createImageLedger(table: Pick<DynamoDBDocumentClient, 'send'>, tableName: string): ImageLedger {
  const find = async (imageId: string): Promise<LedgerEntry | undefined> => {
    const { Item } = await table.send(new GetCommand({ TableName: tableName, Key: { imageId }, ConsistentRead: true }));
    return Item === undefined ? undefined : entrySchema.parse(Item);
  };
  return {
    find,

    async register(image, uploadUri, seenAt) {
      const entry: LedgerEntry = { image, uploadUri, state: 'pending', seenAt: seenAt.toISOString() };
      try {
        await table.send(
          new PutCommand({
            TableName: tableName,
            Item: { imageId: image.imageId, ...entry },
            ConditionExpression: 'attribute_not_exists(imageId)',
          }),
        );
        return entry;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const winner = await find(image.imageId);
        if (winner === undefined) throw error;
        return winner;
      }
    },

    async markAnnounced(imageId, eventId, at) {
      try {
        await table.send(
          new UpdateCommand({
            TableName: tableName,
            Key: { imageId },
            UpdateExpression: 'SET #state = :announced, announcedAt = :at, eventId = :eventId',
            ConditionExpression: '#state = :pending',
            ExpressionAttributeNames: { '#state': 'state' },
            ExpressionAttributeValues: {
              ':pending': 'pending',
              ':announced': 'announced',
              ':at': at.toISOString(),
              ':eventId': eventId,
            },
          }),
        );
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      }
    },
  };
}
