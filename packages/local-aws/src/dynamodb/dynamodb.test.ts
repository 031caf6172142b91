import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { administratorCaller } from '../kernel/caller.ts';
import { systemClock } from '../kernel/clock.ts';
import { Kernel } from '../kernel/kernel.ts';
import { DynaliteServer } from './dynalite-server.ts';
import { tableResource } from './resources/table.ts';
import { dynamodbService } from './service.ts';

const caller = administratorCaller('000000000000');
let dataDir: string;
let kernel: Kernel;

const report = (message: string, error?: unknown) => console.error(message, error);
const options = { account: '000000000000', region: 'eu-west-1', clock: systemClock, images: {}, report };

async function start(): Promise<Kernel> {
  const started = new Kernel({ ...options, dataDir }, [dynamodbService]);
  await started.start('http://127.0.0.1:0');
  return started;
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'dynamodb-'));
  kernel = await start();
});
afterEach(async () => {
  await kernel.close();
  await rm(dataDir, { recursive: true });
});

const context = () => ({
  kernel,
  caller,
  stackName: 'stack',
  stackId: 'arn:stack',
  logicalId: 'Table',
  repeated: false,
  physicalName: () => 'stack-Table-1',
});

const properties = {
  AttributeDefinitions: [
    { AttributeName: 'id', AttributeType: 'S' },
    { AttributeName: 'state', AttributeType: 'S' },
  ],
  KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  GlobalSecondaryIndexes: [
    {
      IndexName: 'by-state',
      KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: 'true' },
  SSESpecification: { SSEEnabled: true },
  TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
};

test('a table of a stack takes items, answers queries on its index, and keeps them over a restart', async () => {
  const state = await tableResource.create(properties, context());
  expect(state.attributes.Arn).toBe('arn:aws:dynamodb:eu-west-1:000000000000:table/stack-Table-1');
  const TableName = state.physicalId;
  await kernel.call('dynamodb', 'PutItem', { TableName, Item: { id: { S: 'a' }, state: { S: 'new' } } }, caller);

  await kernel.close();
  kernel = await start();

  const query = {
    TableName,
    IndexName: 'by-state',
    KeyConditionExpression: '#state = :state',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':state': { S: 'new' } },
  };
  expect((await kernel.call('dynamodb', 'Query', query, caller)).Items).toEqual([
    { id: { S: 'a' }, state: { S: 'new' } },
  ]);
  const ttl = await kernel.call('dynamodb', 'DescribeTimeToLive', { TableName }, caller);
  expect(ttl.TimeToLiveDescription).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' });
  await tableResource.delete(state, properties, context());
  await tableResource.delete(state, properties, context());
});

test('a table that a crash kept off the record is taken up when its creation is repeated', async () => {
  const made = await tableResource.create(properties, context());
  expect(await tableResource.create(properties, { ...context(), repeated: true })).toEqual(made);
  await expect(tableResource.create(properties, context())).rejects.toMatchObject({ code: 'ResourceInUseException' });
});

test('dynalite closes no connection of ours that rests', async () => {
  const alone = new Kernel({ ...options, dataDir: join(dataDir, 'alone') }, []);
  const server = new DynaliteServer(alone);
  const agent = new Agent({ keepAlive: true });
  const [answer] = await once(get(await server.origin(), { agent }), 'response');
  // Node tells in this header after how long it would.
  expect(answer.headers).toMatchObject({ connection: 'keep-alive' });
  expect(answer.headers).not.toHaveProperty('keep-alive');
  agent.destroy();
  await server.close();
  await alone.close();
});

test('a failed condition comes back as the error of AWS', async () => {
  const { physicalId: TableName } = await tableResource.create(properties, context());
  const put = { TableName, Item: { id: { S: 'a' } }, ConditionExpression: 'attribute_not_exists(id)' };
  await kernel.call('dynamodb', 'PutItem', put, caller);
  await expect(kernel.call('dynamodb', 'PutItem', put, caller)).rejects.toMatchObject({
    code: 'ConditionalCheckFailedException',
    message: 'The conditional request failed',
    status: 400,
  });
});
