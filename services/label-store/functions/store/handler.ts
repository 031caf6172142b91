import { catalogue } from '@assay/events';
import { createPublisher } from '@assay/events/publisher';
import { eventHandler } from '@assay/lambda-kit';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerFeatureStoreRuntimeClient } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { z } from 'zod';
import { createFeatureStore } from '../../adapters/feature-store.ts';
import { type StoreDependencies, storeRun } from './store-run.ts';

const name = z.string().min(1);
const config = z.strictObject({
  busName: name,
  featureGroup: name,
  catalog: name,
  database: name,
  table: name,
  workGroup: name,
  queryOutput: z.string().startsWith('s3://'),
});

function assemble({ busName, ...access }: z.output<typeof config>): StoreDependencies {
  const s3 = new S3Client({});
  const eventBridge = new EventBridgeClient({});
  return {
    s3,
    store: createFeatureStore(new SageMakerFeatureStoreRuntimeClient({}), access.featureGroup),
    publisher: createPublisher({ eventBridge, busName, producer: 'assay.label-store' }),
    now: () => new Date(),
    access,
  };
}

export const handler = eventHandler({ definition: catalogue.LabelsApproved, config, assemble }, storeRun);
