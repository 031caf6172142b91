import { createPublisher } from '@assay/events/publisher';
import { awsEventHandler, RetryableError } from '@assay/lambda-kit';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import { describePackage } from '../../adapters/model-registry.ts';
import { createVerdictTable } from '../../adapters/verdict-table.ts';
import { type WatchPorts, watchPackage } from '../../domain/watch.ts';
import { announcements } from './announce.ts';

const name = z.string().min(1);
const config = z.strictObject({ busName: name, verdictTable: name });
const schema = z.object({ detail: z.object({ ModelPackageArn: z.string().startsWith('arn:') }) });

function assemble({ busName, verdictTable }: z.output<typeof config>): WatchPorts {
  return {
    describe: describePackage.bind(null, new SageMakerClient({})),
    ...createVerdictTable(DynamoDBDocumentClient.from(new DynamoDBClient({})), verdictTable),
    ...announcements(
      createPublisher({ eventBridge: new EventBridgeClient({}), busName, producer: 'assay.model-registry-watcher' }),
    ),
    now: () => new Date(),
  };
}

export const handler = awsEventHandler({ schema, config, assemble }, async ({ detail }, { deps, logger }) => {
  const outcome = await watchPackage(detail.ModelPackageArn, deps);
  logger.info('looked at a model package', { ...detail, outcome });
  if (outcome === 'busy') throw new RetryableError('busy', `another delivery is announcing ${detail.ModelPackageArn}`);
});
