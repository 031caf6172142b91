import { createPublisher } from '@assay/events/publisher';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { World } from '../domain/ports.ts';
import { announcer } from './announcer.ts';
import { evaluationReader } from './evaluation-file.ts';
import { trainingPipeline } from './training-pipeline.ts';
import { trainingTable } from './training-table.ts';

const name = z.string().min(1);

/** The environment of every function of this service. */
export const configSchema = z.strictObject({
  busName: name,
  claimBucket: name,
  bucket: name,
  table: name,
  pipeline: name,
  minimumNewLabels: z.coerce.number().int().positive(),
});

/** The adapters to AWS. */
export function assemble(config: z.infer<typeof configSchema>): World {
  const s3 = new S3Client({});
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const publisher = createPublisher({
    eventBridge: new EventBridgeClient({}),
    s3,
    busName: config.busName,
    claimBucket: config.claimBucket,
    producer: 'assay.training',
  });
  return {
    state: trainingTable(documents, config.table),
    pipeline: trainingPipeline({
      sageMaker: new SageMakerClient({}),
      pipelineName: config.pipeline,
      bucket: config.bucket,
      readMap50: evaluationReader(s3),
    }),
    announcer: announcer(publisher),
    now: () => new Date(),
    minimumNewLabels: config.minimumNewLabels,
  };
}
