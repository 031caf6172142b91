import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeWritesDurable } from './durable-writes.ts';
import { level } from './dynalite-modules.ts';

const TableName = 'images';
const byState = (state: string) => ({
  TableName,
  IndexName: 'by-state',
  KeyConditionExpression: '#state = :state',
  ExpressionAttributeNames: { '#state': 'state' },
  ExpressionAttributeValues: { ':state': { S: state } },
});

describe('a write of an item that is in an index', () => {
  /** What reaches LevelDB. */
  const written: { kind: string; writes: unknown; options: unknown }[] = [];
  let folder: string;
  let server: ReturnType<typeof dynalite>;
  let dynamo: DynamoDB;

  beforeAll(async () => {
    const { _put, _del, _batch } = level.prototype;
    const observe = (kind: string, writes: unknown, options: unknown) => {
      written.push({ kind, writes, options });
    };
    level.prototype._put = function (key, value, options) {
      observe('put', [key], options);
      return _put.call(this, key, value, options);
    };
    level.prototype._del = function (key, options) {
      observe('del', [key], options);
      return _del.call(this, key, options);
    };
    level.prototype._batch = function (writes, options) {
      observe('batch', writes, options);
      return _batch.call(this, writes, options);
    };
    makeWritesDurable();
    folder = await mkdtemp(join(tmpdir(), 'dynalite-'));
    server = dynalite({ path: folder, createTableMs: 0 });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    dynamo = new DynamoDB({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials, maxAttempts: 1 });
    await dynamo.createTable({
      TableName,
      AttributeDefinitions: ['id', 'state'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-state',
          KeySchema: [{ AttributeName: 'state', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
      BillingMode: 'PAY_PER_REQUEST',
    });
    await vi.waitFor(async () => expect((await dynamo.describeTable({ TableName })).Table?.TableStatus).toBe('ACTIVE'));
  });
  afterAll(async () => {
    dynamo.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await rm(folder, { recursive: true });
  });
  beforeEach(() => {
    written.length = 0;
  });

  it('reaches the disk together with its index entries', async () => {
    await dynamo.putItem({ TableName, Item: { id: { S: 'a' }, state: { S: 'new' } } });
    expect(written).toMatchObject([
      { kind: 'batch', writes: [{ type: 'put' }, { type: 'put' }], options: { sync: true } },
    ]);
    written.length = 0;
    const update = { UpdateExpression: 'SET #s = :s', ExpressionAttributeNames: { '#s': 'state' } };
    const values = { ExpressionAttributeValues: { ':s': { S: 'seen' } } };
    await dynamo.updateItem({ TableName, Key: { id: { S: 'a' } }, ...update, ...values });
    expect(written).toMatchObject([
      { kind: 'batch', writes: [{ type: 'del' }, { type: 'put' }, { type: 'put' }], options: { sync: true } },
    ]);
    expect((await dynamo.query(byState('new'))).Items).toEqual([]);
    expect((await dynamo.query(byState('seen'))).Items).toEqual([{ id: { S: 'a' }, state: { S: 'seen' } }]);
    await dynamo.deleteItem({ TableName, Key: { id: { S: 'a' } } });
    expect((await dynamo.query(byState('seen'))).Items).toEqual([]);
    expect((await dynamo.scan({ TableName })).Items).toEqual([]);
  });

  it('is one write without an index', async () => {
    await dynamo.putItem({ TableName, Item: { id: { S: 'c' } } });
    expect(written).toMatchObject([{ kind: 'put', options: { sync: true } }]);
  });
});
