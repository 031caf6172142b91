import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { WatchPorts } from '../domain/watch.ts';

const verdictSchema = z.object({
  verdict: z.enum(['approved', 'rejected']),
  phase: z.enum(['announcing', 'announced']),
  since: z.string(),
});

/** The last known verdict of each package, keyed by `modelPackageArn`. */
export function createVerdictTable(
  table: Pick<DynamoDBDocumentClient, 'send'>,
  tableName: string,
): Pick<WatchPorts, 'lastVerdict' | 'replaceVerdict'> {
  return {
    async lastVerdict(modelPackageArn) {
      const { Item } = await table.send(
        new GetCommand({ TableName: tableName, Key: { modelPackageArn }, ConsistentRead: true }),
      );
      return Item === undefined ? undefined : verdictSchema.parse(Item);
    },

    async replaceVerdict(modelPackageArn, expected, next) {
      const condition =
        expected === undefined
          ? { ConditionExpression: 'attribute_not_exists(modelPackageArn)' }
          : {
              ConditionExpression: 'verdict = :verdict AND phase = :phase AND since = :since',
              ExpressionAttributeValues: {
                ':verdict': expected.verdict,
                ':phase': expected.phase,
                ':since': expected.since,
              },
            };
      try {
        await table.send(new PutCommand({ TableName: tableName, Item: { modelPackageArn, ...next }, ...condition }));
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
