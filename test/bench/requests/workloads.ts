import { CreateTableCommand, DynamoDBClient, PutItemCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

export interface ClientConfiguration {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

/** One request of a kind, made with the SDK's own client. */
export type Send = (index: number) => Promise<unknown>;

const Bucket = 'bench';
const TableName = 'bench';

/** Makes what the requests need on an endpoint. @returns the requests, by name. */
export async function workloads(configuration: ClientConfiguration): Promise<Record<string, Send>> {
  const s3 = new S3Client({ ...configuration, forcePathStyle: true });
  const sqs = new SQSClient(configuration);
  const dynamo = new DynamoDBClient(configuration);
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'bench' }));
  await dynamo.send(
    new CreateTableCommand({
      TableName,
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  await waitUntilTableExists({ client: dynamo, maxWaitTime: 60, minDelay: 1 }, { TableName });
  const [small, large] = [Buffer.alloc(4096, 'x'), Buffer.alloc(102_400, 'x')];
  const MessageBody = 'x'.repeat(1024);
  const put = (name: string, Body: Buffer) => (index: number) =>
    s3.send(new PutObjectCommand({ Bucket, Key: `${name}/${index}`, Body }));
  return {
    'PutObject 4 KB': put('small', small),
    'PutObject 100 KB': put('large', large),
    'SendMessage 1 KB': () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody })),
    'PutItem 1 KB': (index) =>
      dynamo.send(new PutItemCommand({ TableName, Item: { id: { S: String(index) }, text: { S: MessageBody } } })),
  };
}
