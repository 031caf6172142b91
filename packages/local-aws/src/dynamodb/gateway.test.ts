import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';
import { sign } from '../../test/sign.ts';

describe('DynamoDB over HTTP', () => {
  let aws: TestAws;
  let dynamo: DynamoDBClient;
  const TableName = 'ledger';

  beforeAll(async () => {
    aws = await startAws();
    dynamo = aws.client(DynamoDBClient);
    await create(TableName);
  });
  afterAll(() => aws.close());

  async function create(TableName: string): Promise<void> {
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
  }

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

  it('forgets a table’s time to live with the table', async () => {
    const name = { TableName: 'brief' };
    const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
    await create('brief');
    await dynamo.send(new UpdateTimeToLiveCommand({ ...name, TimeToLiveSpecification }));
    await dynamo.send(new DeleteTableCommand(name));
    await vi.waitFor(() => expect(dynamo.send(new DescribeTableCommand(name))).rejects.toThrow(/not found/));
    await create('brief');
    const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand(name));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'DISABLED' });
  });

  it.each([
    ['ListTagsOfResource', { ResourceArn: 5 }, 'SerializationException'],
    ['ListTagsOfResource', { ResourceArn: [] }, 'SerializationException'],
    ['ListTagsOfResource', { ResourceArn: {} }, 'SerializationException'],
    ['Query', { TableName, IndexName: [{ toString: true }] }, 'SerializationException'],
    ['GetItem', { TableName, Key: { id: null } }, 'ValidationException'],
  ])('refuses %s of %j by name', async (operation, input, error) => {
    const { endpoint, region, administrator: credentials } = aws.aws;
    const request = {
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `DynamoDB_20120810.${operation}` },
      body: JSON.stringify(input),
    };
    const { headers } = await sign(request, { endpoint, region, credentials, service: 'dynamodb' });
    const response = await fetch(endpoint, { ...request, headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: expect.stringContaining(error) });
  });
});
