import { createHash } from 'node:crypto';
import {
  catalogue,
  type ImageRef,
  imageRefSchema,
  parseEvent,
  parseS3Uri,
  type RejectedImage,
  rejectedImageSchema,
} from '@assay/events';
import { readClaim } from '@assay/events/publisher';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSEvent } from 'aws-lambda';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openToRules, startAws, type TestAws } from '../../../packages/local-aws/test/harness.ts';
import { type Answer, readBadImages } from './bad-images.ts';

const Bucket = 'images';
const BUS = 'assay-test';
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const images = readBadImages();

/** S3 takes keys of up to 1,024 bytes of UTF-8, with whatever characters. */
const HOSTILE_KEYS = [
  'with spaces and  more .jpg ',
  'ünïcödé – 画像 🧲.jpg',
  'a+b%2Bc%20d.jpg',
  'a/b/../../escape.jpg',
  '..%2F..%2Fescape.jpg',
  '/rooted.jpg',
  '.\\..\\back.jpg',
  'line\nbreak\ttab\u0001.jpg',
  '"quoted\'&<b>.jpg',
  '__proto__',
  `${'x'.repeat(1000)}.jp`,
];

/** The function as Lambda runs it, in this process and with its own decoder process, between real S3, SQS and bus. */
describe('the intake function', () => {
  let aws: TestAws;
  let s3: S3Client;
  let sqs: SQSClient;
  let intake: (event: unknown, context: Context) => Promise<unknown>;
  let batch = 0;
  const queues = new Map<string, string>();

  const listen = async (name: string, pattern: object, EventBusName: string): Promise<void> => {
    const { QueueUrl = '' } = await sqs.send(
      new CreateQueueCommand({ QueueName: name, Attributes: openToRules(name) }),
    );
    queues.set(name, QueueUrl);
    const events = aws.client(EventBridgeClient);
    await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern), EventBusName }));
    const arn = `arn:aws:sqs:${aws.aws.region}:000000000000:${name}`;
    await events.send(new PutTargetsCommand({ Rule: name, EventBusName, Targets: [{ Id: name, Arn: arn }] }));
  };

  /** Takes `count` messages off a queue. */
  const receive = async (name: string, count: number): Promise<Message[]> => {
    const QueueUrl = queues.get(name);
    const taken: Message[] = [];
    while (taken.length < count) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: Math.min(10, count - taken.length),
          WaitTimeSeconds: 20,
        }),
      );
      if (Messages.length === 0) throw new Error(`only ${taken.length} of ${count} messages came to ${name}`);
      taken.push(...Messages);
      const Entries = Messages.map(({ MessageId: Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
      await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    return taken;
  };

  beforeAll(async () => {
    aws = await startAws();
    const { accessKeyId, secretAccessKey } = aws.aws.administrator;
    vi.stubEnv('AWS_ENDPOINT_URL', aws.endpoint);
    vi.stubEnv('AWS_REGION', aws.aws.region);
    vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
    vi.stubEnv('POWERTOOLS_SERVICE_NAME', 'image-intake');
    vi.stubEnv('POWERTOOLS_TRACE_ENABLED', 'false');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'true');
    vi.stubEnv('POWERTOOLS_LOG_LEVEL', 'WARN');
    vi.stubEnv('ASSAY_BUS_NAME', BUS);
    vi.stubEnv('ASSAY_CLAIM_BUCKET', 'claims');
    vi.stubEnv('ASSAY_IMAGE_BUCKET', Bucket);
    vi.stubEnv('ASSAY_LEDGER_TABLE', 'ledger');
    s3 = aws.client(S3Client);
    sqs = aws.client(SQSClient);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new CreateBucketCommand({ Bucket: 'claims' }));
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    await aws.client(DynamoDBClient).send(
      new CreateTableCommand({
        TableName: 'ledger',
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'imageId', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'imageId', KeyType: 'HASH' }],
      }),
    );
    await aws.client(EventBridgeClient).send(new CreateEventBusCommand({ Name: BUS }));
    const incoming = { bucket: { name: [Bucket] }, object: { key: [{ prefix: 'incoming/' }] } };
    await listen('uploads', { source: ['aws.s3'], 'detail-type': ['Object Created'], detail: incoming }, 'default');
    await listen('said', { source: ['assay.image-intake'] }, BUS);
    intake = (await import('../functions/intake/handler.ts')).handler;
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await aws.close();
  });

  const put = (Key: string, Body: Uint8Array) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const get = async (uri: string): Promise<Buffer> => {
    const { bucket, key } = parseS3Uri(uri);
    const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Buffer.from((await object.Body?.transformToByteArray()) ?? []);
  };

  /** Runs the function on the next `count` uploads as one batch. Returns the messages that have to come back. */
  const takeIn = async (count: number): Promise<unknown> => {
    const messages = await receive('uploads', count);
    const event = {
      Records: messages.map(({ MessageId = '', Body = '' }) => ({
        messageId: MessageId,
        body: Body,
        attributes: { ApproximateReceiveCount: '1' },
      })),
    } satisfies { Records: (Partial<Omit<SQSEvent['Records'][number], 'attributes'>> & { attributes: object })[] };
    batch += 1;
    const context: Partial<Context> = { awsRequestId: `batch-${batch}`, functionName: 'intake' };
    return intake(event, context as Context);
  };

  /** What the function says in its next events, until it spoke of `count` contents. */
  const hear = async (count: number) => {
    const arrived: ImageRef[] = [];
    const rejected: RejectedImage[] = [];
    const contents = new Set<string>();
    while (contents.size < count) {
      const [message] = await receive('said', 1);
      const event: unknown = JSON.parse(message?.Body ?? '');
      if (Reflect.get(Object(event), 'detail-type') === 'ImagesArrived') {
        const { data } = parseEvent(catalogue.ImagesArrived, event);
        arrived.push(...(await readClaim(s3, data.images, imageRefSchema)));
      } else {
        const { data } = parseEvent(catalogue.ImagesRejected, event);
        rejected.push(...(await readClaim(s3, data.images, rejectedImageSchema)));
      }
      for (const { imageId, uri } of [...arrived, ...rejected]) contents.add(imageId ?? uri);
    }
    return { arrived, rejected };
  };

  /** What is known of an upload that was refused, in the notes beside the original. */
  const notesOf = async (uri: string): Promise<unknown[]> => {
    const { bucket, key } = parseS3Uri(uri);
    const Prefix = key.replace(/[^/]+$/, '');
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
    const notes = Contents.flatMap(({ Key }) => (Key?.endsWith('.json') ? [`s3://${bucket}/${Key}`] : []));
    return Promise.all(notes.map(async (note) => JSON.parse(String(await get(note)))));
  };

  it.each(HOSTILE_KEYS)('carries the key %j through as it is, to an arrival and to a quarantine', async (name) => {
    const good = await picture();
    const key = `incoming/line/part/${name}`;
    await put(key, good);
    await put(`${key}!`, Buffer.from(`no image: ${key}`));
    await expect(takeIn(2)).resolves.toEqual({ batchItemFailures: [] });
    const { arrived, rejected } = await hear(2);
    expect(arrived).toMatchObject([{ imageId: sha256(good), station: 'line', part: 'part' }]);
    expect(rejected).toMatchObject([{ uri: `s3://${Bucket}/${key}!`, code: 'unknown-format' }]);
    const quarantineUri = rejected[0]?.quarantineUri ?? '';
    expect(quarantineUri).toMatch(/^s3:\/\/images\/quarantine\/unknown-format\/[0-9a-f]{64}\/original$/);
    expect(String(await get(quarantineUri))).toBe(`no image: ${key}`);
    expect(await notesOf(quarantineUri)).toMatchObject([{ upload: { key: `${key}!` }, code: 'unknown-format' }]);
  });

  it('notes beside an image that it had to make of the upload what digest it has, and when it was taken', async () => {
    const exif = { IFD2: { DateTimeOriginal: '2026:03:04 08:15:29' } };
    const lying = await sharp(await picture())
      .withMetadata({ orientation: 6 })
      .withExifMerge(exif)
      .jpeg()
      .toBuffer();
    await put('incoming/line/part/lying.jpg', lying);
    await expect(takeIn(1)).resolves.toEqual({ batchItemFailures: [] });
    const { arrived } = await hear(1);
    expect(arrived).toMatchObject([{ imageId: sha256(lying), capturedAt: '2026-03-04T08:15:29.000Z' }]);
    const { bucket, key } = parseS3Uri(arrived[0]?.uri ?? '');
    const { Metadata, Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const kept = Buffer.from((await Body?.transformToByteArray()) ?? []);
    expect(sha256(kept)).not.toBe(sha256(lying));
    expect(Metadata).toEqual({ sha256: sha256(kept), 'captured-at': '2026-03-04T08:15:29.000Z' });
  });

  it('takes the time of the upload where the uploader tells one that events can not carry', async () => {
    const told = { 'captured-at': '+012345-01-01T00:00:00Z' };
    const Key = 'incoming/line/part/from-the-future.png';
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: await picture(), Metadata: told }));
    await expect(takeIn(1)).resolves.toEqual({ batchItemFailures: [] });
    const { arrived } = await hear(1);
    expect(Date.parse(arrived[0]?.capturedAt ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it('keeps what it refuses unread, empty or too large, aside too', async () => {
    const large = Buffer.alloc(40 * 1024 * 1024 + 1, 7);
    await put('incoming/line/part/empty.jpg', new Uint8Array());
    await put('incoming/line/part/large & long.jpg', large);
    await expect(takeIn(2)).resolves.toEqual({ batchItemFailures: [] });
    const { rejected } = await hear(2);
    expect(rejected.map(({ code }) => code).toSorted()).toEqual(['empty', 'too-large']);
    const kept = await Promise.all(rejected.map(async ({ quarantineUri }) => (await get(quarantineUri ?? '')).length));
    expect(kept.toSorted()).toEqual([0, large.length]);
  });

  it('does not read what was overwritten with something too large or empty before it was looked at', async () => {
    await put('incoming/line/part/swapped.png', await picture());
    await put('incoming/line/part/swapped.png', Buffer.alloc(40 * 1024 * 1024 + 1, 8));
    await put('incoming/line/part/emptied.png', await picture());
    await put('incoming/line/part/emptied.png', new Uint8Array());
    await expect(takeIn(4)).resolves.toEqual({ batchItemFailures: [] });
    const { rejected } = await hear(2);
    expect(rejected.map(({ code }) => code).toSorted()).toEqual(['empty', 'empty', 'too-large', 'too-large']);
  });

  it.skipIf(images === undefined)(
    'answers every bad image rightly, keeps the original of each that it changes or refuses, and fails no batch ' +
      '(skipped where ../shared/data/bad-images is not there)',
    async () => {
      // Zeros behind a JPEG's end are padding: they tell copies of one picture apart.
      const uploads = (images ?? []).map((image, index) => ({
        ...image,
        key: `incoming/line/part/${index}/${image.name}`,
        bytes: image.group === 'name' ? Buffer.concat([image.bytes, Buffer.alloc(index)]) : image.bytes,
      }));
      // A content that comes again is judged by its first upload.
      const contents = new Map(uploads.toReversed().map((upload) => [sha256(upload.bytes), upload]));
      for (const { key, bytes } of uploads) await put(key, bytes);
      for (let rest = uploads.length; rest > 0; rest -= 20) {
        await expect(takeIn(Math.min(rest, 20))).resolves.toEqual({ batchItemFailures: [] });
      }
      const { arrived, rejected } = await hear(contents.size);
      const answers = new Map<string, Answer>();
      for (const { imageId, uri } of arrived) {
        const [kept, original] = [await get(uri), contents.get(imageId)?.bytes];
        answers.set(imageId, kept.equals(original ?? Buffer.of()) ? 'accept' : 'normalise');
        if (answers.get(imageId) === 'accept') continue;
        expect(await get(`s3://${Bucket}/originals/${imageId}`)).toEqual(original);
        const { depth, space, orientation, exif, icc, xmp } = await sharp(kept).metadata();
        expect({ depth, orientation, exif, icc, xmp }).toEqual({ depth: 'uchar' });
        expect(['srgb', 'b-w']).toContain(space);
      }
      for (const { imageId = '', quarantineUri = '', code } of rejected) {
        answers.set(imageId, 'quarantine');
        expect(await get(quarantineUri)).toEqual(contents.get(imageId)?.bytes);
        expect(await notesOf(quarantineUri)).toContainEqual(expect.objectContaining({ code, imageId }));
      }
      const wrong = [...contents].filter(([id, { right }]) => !right.some((answer) => answer === answers.get(id)));
      expect(wrong.map(([, { name }]) => name)).toEqual([]);
    },
    60_000,
  );
});

let pictures = 0;

/** A small sound picture, each another. */
function picture(): Promise<Buffer> {
  pictures += 1;
  const data = Buffer.alloc(64 * 64 * 3, `picture ${pictures}`);
  return sharp(data, { raw: { width: 64, height: 64, channels: 3 } })
    .png()
    .toBuffer();
}
