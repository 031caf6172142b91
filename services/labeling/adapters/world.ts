import { createPublisher } from '@assay/events/publisher';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { Labeling } from '../domain/ports.ts';
import { createExecutions } from './executions.ts';
import { createImageTable } from './image-table.ts';
import { createRunFiles } from './run-files.ts';
import { createSpeaker } from './speaker.ts';

const name = z.string().min(1);
const count = z.coerce.number().int().positive();
/** An empty value is none: a private team is not paid by the task. */
const price = z
  .string()
  .transform((text) => (text === '' ? undefined : Number(text)))
  .refine((usd) => usd === undefined || usd > 0, 'a price in USD, or nothing for a private team');

/** The settings of every function of this service; the README says what they mean. */
export const configSchema = z.strictObject({
  busName: name,
  claimBucket: name,
  table: name,
  bucket: name,
  stateMachineArn: name,
  jobPrefix: name,
  categories: z
    .string()
    .transform((list) => list.split(',').map((category) => category.trim()))
    .refine(
      (list) => list.every((category) => category !== '') && new Set(list).size === list.length && list.length <= 10,
      {
        error: 'up to 10 different categories, separated by commas',
      },
    ),
  workteamArn: name,
  groundTruthRoleArn: name,
  builtInFunctions: name,
  minImages: count,
  maxImages: count,
  maxAttempts: count,
  workers: count.max(9),
  verifiers: count.max(9),
  priceInUsd: price,
  verificationPriceInUsd: price,
  taskSeconds: count,
  availabilitySeconds: count,
});

export interface World extends Labeling {
  /** For reading lists that events hand over by claim check. */
  readonly s3: S3Client;
}

export function assemble(config: z.output<typeof configSchema>): World {
  const { busName, claimBucket, table, bucket, stateMachineArn, ...settings } = config;
  const s3 = new S3Client({});
  const publisher = createPublisher({
    eventBridge: new EventBridgeClient({}),
    s3,
    busName,
    claimBucket,
    producer: 'assay.labeling',
  });
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  return {
    s3,
    queue: createImageTable(documents, table),
    files: createRunFiles(s3, bucket),
    executions: createExecutions(new SFNClient({}), stateMachineArn),
    speaker: createSpeaker(publisher),
    settings,
    now: () => new Date(),
  };
}
