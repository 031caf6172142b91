import { deviceCountsSchema, deviceOutcomeSchema, metadataSchema } from '@assay/events';
import { RetryableError } from '@assay/lambda-kit';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { emptyLine, type Line } from '../domain/line/line.ts';

const lineSchema = z.object({
  thingGroup: z.string(),
  revision: z.int(),
  rolloutCount: z.int(),
  models: z.array(
    z.object({
      modelPackageArn: z.string(),
      modelPackageVersion: z.int(),
      modelUri: z.string().optional(),
      decidedAt: z.string(),
      verdict: z.enum(['approved', 'rejected']),
    }),
  ),
  /** Items of before have none. */
  forgottenUntil: z.string().default(''),
  rollouts: z.array(
    z.object({
      id: z.string(),
      modelPackageVersion: z.int(),
      kind: z.enum(['approval', 'return']),
      state: z.enum(['requested', 'started', 'completed', 'rolled-back', 'superseded']),
      cause: metadataSchema,
      deploymentId: z.string().optional(),
      inspectorVersion: z.string().optional(),
      targets: z.int().optional(),
      devices: z.array(deviceOutcomeSchema),
      deviceCounts: deviceCountsSchema.optional(),
      reason: z.string().optional(),
      rolledBackTo: z.string().optional(),
      said: z.array(z.enum(['start', 'end'])),
    }),
  ),
});

const MAX_ATTEMPTS = 10;

/**
 * Changes a line: reads it, applies `change`, writes it if it is the same still, else begins again. A line is one item
 * with a revision, so that a decision about it is atomic. A change that returns the line itself writes nothing.
 */
export async function updateLine(
  table: Pick<DynamoDBDocumentClient, 'send'>,
  tableName: string,
  thingGroup: string,
  change: (line: Line) => Line,
): Promise<Line> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const { Item } = await table.send(
      new GetCommand({ TableName: tableName, Key: { thingGroup }, ConsistentRead: true }),
    );
    const { revision, ...line } =
      Item === undefined ? { revision: 0, ...emptyLine(thingGroup) } : lineSchema.parse(Item);
    const next = change(line);
    if (next === line) return line;
    if (await replace(table, tableName, next, revision)) return next;
  }
  throw new RetryableError('line-busy', `others keep changing the line ${thingGroup}; trying again later`);
}

async function replace(
  table: Pick<DynamoDBDocumentClient, 'send'>,
  tableName: string,
  line: Line,
  revision: number,
): Promise<boolean> {
  try {
    await table.send(
      new PutCommand({
        TableName: tableName,
        Item: { ...line, revision: revision + 1 },
        ConditionExpression: 'attribute_not_exists(thingGroup) OR revision = :revision',
        ExpressionAttributeValues: { ':revision': revision },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}
