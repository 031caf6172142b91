import {
  CreateTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

describe('DynamoDB over HTTP', () => {
  let aws: TestAws;
  let dynamo: DynamoDBClient;
  const TableName = 'ledger';

  beforeAll(async () => {
    aws = await startAws();
    dynamo = aws.client(DynamoDBClient);
    await dynamo.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    await vi.waitFor(async () =>
      expect((await dynamo.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus).toBe('ACTIVE'),
    );
  });
  afterAll(() => aws.close());

  it('names tables by the account and region of the endpoint', async () => {
    const { Table } = await dynamo.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableArn).toBe('arn:aws:dynamodb:eu-west-1:000000000000:table/ledger');
  });

  it('refuses a write whose condition fails, and keeps what is there over a restart', async () => {
    const put = (seen: string) =>
      dynamo.send(
        new PutItemCommand({
          TableName,
          Item: { id: { S: 'a' }, seen: { S: seen } },
          ConditionExpression: 'attribute_not_exists(id)',
        }),
      );
    await put('first');
    await expect(put('second')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
    await aws.restart();
    const { Item } = await dynamo.send(new GetItemCommand({ TableName, Key: { id: { S: 'a' } } }));
    expect(Item).toEqual({ id: { S: 'a' }, seen: { S: 'first' } });
  });

  it('remembers a time to live, and names a table that isn’t there', async () => {
    const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
    await dynamo.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }));
    const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
    await expect(
      dynamo.send(new UpdateTimeToLiveCommand({ TableName: 'absent', TimeToLiveSpecification })),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
