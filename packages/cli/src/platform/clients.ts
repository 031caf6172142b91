import { AthenaClient } from '@aws-sdk/client-athena';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GreengrassV2Client } from '@aws-sdk/client-greengrassv2';
import { IoTClient } from '@aws-sdk/client-iot';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Connection } from './connection.ts';

/** The SDK's clients for a connection; the same against the embedded AWS and against AWS. */
export function clientsOf({ region, endpoint, credentials }: Connection) {
  const configuration = { region, ...(endpoint ? { endpoint } : {}), ...(credentials ? { credentials } : {}) };
  return {
    athena: new AthenaClient(configuration),
    cloudFormation: new CloudFormationClient(configuration),
    cloudWatch: new CloudWatchClient(configuration),
    eventBridge: new EventBridgeClient(configuration),
    greengrass: new GreengrassV2Client(configuration),
    iot: new IoTClient(configuration),
    lambda: new LambdaClient(configuration),
    logs: new CloudWatchLogsClient(configuration),
    s3: new S3Client(configuration),
    sageMaker: new SageMakerClient(configuration),
    sqs: new SQSClient(configuration),
  };
}

export type Clients = ReturnType<typeof clientsOf>;
