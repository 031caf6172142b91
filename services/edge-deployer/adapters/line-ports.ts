import { setTimeout as sleep } from 'node:timers/promises';
import { createPublisher } from '@assay/events/publisher';
import { PermanentError } from '@assay/lambda-kit';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GreengrassV2Client } from '@aws-sdk/client-greengrassv2';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { LinePorts } from '../domain/line/advance.ts';
import { checkArtifact } from '../domain/model/model-artifact.ts';
import { MODEL_COMPONENT, modelRecipe, modelVersionOf } from '../domain/model/model-component.ts';
import { createComponents } from './components.ts';
import { hasDeadLetters } from './dead-letters.ts';
import { createDeployments } from './deployments.ts';
import { uploadModel } from './edge-bucket.ts';
import { updateLine } from './line-table.ts';
import { readModelArchive, sha256Of } from './model-archive.ts';
import { rolloutEvents } from './rollout-events.ts';

const name = z.string().min(1);

/** The settings of all three functions: each may have to carry on where another one was interrupted. */
export const config = z.strictObject({
  busName: name,
  edgeBucket: name,
  lineTable: name,
  thingGroup: name,
  thingGroupArn: z.string().startsWith('arn:'),
  componentArnPrefix: z.string().startsWith('arn:'),
  deadLetters: z.url(),
});

export function assemble(settings: z.output<typeof config>): LinePorts & { hasDeadLetters(): Promise<boolean> } {
  const { busName, edgeBucket, lineTable, thingGroup, thingGroupArn, componentArnPrefix, deadLetters } = settings;
  const s3 = new S3Client({});
  // Asked where all other services are: on a laptop the port may be another one than when the queue's URL was written down.
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  const table = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
    marshallOptions: { removeUndefinedValues: true },
  });
  const greengrass = new GreengrassV2Client({});
  const components = createComponents(greengrass, componentArnPrefix, sleep);
  const deployments = createDeployments(greengrass, thingGroupArn);
  const publisher = createPublisher({
    eventBridge: new EventBridgeClient({}),
    busName,
    producer: 'assay.edge-deployer',
  });
  return {
    update: (change) => updateLine(table, lineTable, thingGroup, change),

    async ensureModelComponent({ modelPackageArn, modelPackageVersion, modelUri }) {
      if (await components.exists(MODEL_COMPONENT, modelVersionOf(modelPackageVersion))) return;
      if (modelUri === undefined) throw new PermanentError('no-model', `nobody told where ${modelPackageArn} is`);
      const artifact = checkArtifact(modelUri, await readModelArchive(s3, modelUri), sha256Of);
      const uris = await uploadModel(s3, edgeBucket, artifact);
      await components.register(modelRecipe(modelPackageVersion, modelPackageArn, uris));
    },

    inspectorVersion: components.inspectorVersion,
    deploy: ({ id, modelPackageVersion }, inspectorVersion) =>
      deployments.create(`${thingGroup}-${id}`, modelVersionOf(modelPackageVersion), inspectorVersion),
    cancel: deployments.cancel,
    devices: deployments.devices,
    hasDeadLetters: () => hasDeadLetters(sqs, deadLetters),
    ...rolloutEvents(publisher),
  };
}
