import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { CreateTableCommand, DynamoDBClient, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ImageQueue } from '../domain/ports.ts';
import { imageRef } from '../testing/labeling-in-memory.ts';
import { createImageTable } from './image-table.ts';

// It has no types of its own.
const dynalite: (options: { createTableMs: number }) => Server = createRequire(import.meta.url)('dynalite');

let server: Server;
let client: DynamoDBClient;
let queue: ImageQueue;

beforeAll(async () => {
  server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  client = new DynamoDBClient({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials });
  await client.send(
    new CreateTableCommand({
      TableName: 'images',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['imageId', 'queue', 'queuedAt', 'runId'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: [{ AttributeName: 'imageId', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'waiting',
          KeySchema: [
            { AttributeName: 'queue', KeyType: 'HASH' },
            { AttributeName: 'queuedAt', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
        {
          IndexName: 'runs',
          KeySchema: [{ AttributeName: 'runId', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  // As on AWS, a table that was created takes a moment to come up.
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 0.002, maxDelay: 0.01 }, { TableName: 'images' });
  queue = createImageTable(DynamoDBDocumentClient.from(client), 'images');
});

afterAll(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

test('an image goes from waiting through one run to where the run lets it go', async () => {
  const [a, b] = [imageRef('a'), imageRef('b')];
  expect(await queue.add(b, '2026-03-04T08:00:01.000Z')).toBe(true);
  expect(await queue.add(a, '2026-03-04T08:00:00.000Z')).toBe(true);
  expect(await queue.add(a, '2026-03-04T09:00:00.000Z')).toBe(false);
  expect(await queue.find(a.imageId)).toEqual({ state: 'waiting' });
  expect((await queue.waiting(10)).map(({ image }) => image.part)).toEqual(['a', 'b']);
  expect(await queue.waiting(1)).toEqual([{ image: a, attempt: 1, queuedAt: '2026-03-04T08:00:00.000Z' }]);

  expect(await queue.claim(a.imageId, 'run-1')).toBe(true);
  expect(await queue.claim(a.imageId, 'run-2')).toBe(false);
  // A step that is repeated finds what it took before, also where the index still shows it as waiting.
  expect(await queue.claim(a.imageId, 'run-1')).toBe(true);
  expect(await queue.waiting(10)).toMatchObject([{ image: { part: 'b' } }]);
  expect(await queue.claimedBy('run-1')).toMatchObject([{ image: { part: 'a' }, attempt: 1 }]);

  const again = { state: 'waiting', attempt: 2, queuedAt: '2026-03-04T10:00:00.000Z' } as const;
  expect(await queue.settle(a.imageId, 'run-2', again)).toBe(false);
  expect(await queue.settle(a.imageId, 'run-1', again)).toBe(true);
  expect(await queue.waiting(10)).toMatchObject([{ image: { part: 'b' } }, { image: { part: 'a' }, attempt: 2 }]);

  await queue.claim(b.imageId, 'run-3');
  expect(await queue.settle(b.imageId, 'run-3', { state: 'labeled' })).toBe(true);
  expect(await queue.claim(b.imageId, 'run-4')).toBe(false);
  expect(await queue.claimedBy('run-3')).toEqual([]);
  expect(await queue.claim(b.imageId, 'run-3')).toBe(false);
  expect(await queue.find(b.imageId)).toEqual({ state: 'labeled', runId: 'run-3' });
});

test('an image is taken at once by the first of several runs', async () => {
  const image = imageRef('imported');
  const runs = ['import-1', 'import-2', 'import-3'];
  const taken = await Promise.all(runs.map((run) => queue.take(image, run, '2026-03-04T08:00:00.000Z')));
  expect(new Set(taken.map(({ runId }) => runId)).size).toBe(1);
  const [first] = taken;
  expect(await queue.find(image.imageId)).toEqual({ state: 'labeling', runId: first?.runId });
  expect(await queue.claimedBy(first?.runId ?? '')).toMatchObject([{ image: { part: 'imported' }, attempt: 1 }]);
});
