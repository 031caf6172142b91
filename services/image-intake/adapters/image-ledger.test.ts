import { catalogue, imageRefSchema } from '@assay/events';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../packages/local-aws/test/harness.ts';
import { createImageLedger, type ImageLedger } from './image-ledger.ts';

const [image] = imageRefSchema.array().parse(Reflect.get(catalogue.ImagesArrived.sample.images, 'items'));
if (image === undefined) throw new Error('the sample of ImagesArrived has an image');
const now = new Date('2026-03-04T08:16:00Z');

describe('the image ledger', () => {
  let aws: TestAws;
  let ledger: ImageLedger;
  let table: DynamoDBDocumentClient;

  beforeAll(async () => {
    aws = await startAws();
    const client = aws.client(DynamoDBClient);
    table = DynamoDBDocumentClient.from(client);
    ledger = createImageLedger(table, 'ledger');
    await client.send(
      new CreateTableCommand({
        TableName: 'ledger',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'imageId', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'imageId', KeyType: 'HASH' }],
      }),
    );
  });
  afterAll(() => aws.close());

  it('keeps the upload in which a content was seen first, whoever comes at the same moment', async () => {
    const uploads = ['s3://images/incoming/a', 's3://images/incoming/b', 's3://images/incoming/c'];
    const entries = await Promise.all(uploads.map((upload) => ledger.register(image, upload, now)));
    expect(new Set(entries.map(({ uploadUri }) => uploadUri)).size).toBe(1);
    await expect(ledger.find(image.imageId)).resolves.toEqual(entries[0]);
  });

  it('knows that a content was announced', async () => {
    await ledger.markAnnounced(image.imageId, 'event-1', now);
    await expect(ledger.find(image.imageId)).resolves.toMatchObject({ state: 'announced', image });
  });

  it('keeps the first announcement of several, and makes no entry of one that it never saw', async () => {
    await ledger.markAnnounced(image.imageId, 'event-2', now);
    const { Item } = await table.send(new GetCommand({ TableName: 'ledger', Key: { imageId: image.imageId } }));
    expect(Item).toMatchObject({ eventId: 'event-1' });
    await ledger.markAnnounced('1'.repeat(64), 'event-2', now);
    await expect(ledger.find('1'.repeat(64))).resolves.toBeUndefined();
  });

  it('knows nothing of a content that it never saw', async () => {
    await expect(ledger.find('0'.repeat(64))).resolves.toBeUndefined();
  });
});
