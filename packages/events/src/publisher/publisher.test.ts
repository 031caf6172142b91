import { PutEventsCommand as PutEvents, type PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../catalogue/catalogue.ts';
import type { Metadata } from '../envelope/metadata.ts';
import { parseEvent } from '../envelope/parse-event.ts';
import { type ImageRef, imageRefSchema } from '../shapes/image.ts';
import { readClaim } from './claim-check.ts';
import { entryBytes, MAX_CALL_BYTES } from './entry-size.ts';
import { createPublisher, outgoing } from './publisher.ts';

/** A bus that remembers what it was given and fails as told: `fail(call, index)` names the error code. */
function fakeBus(fail: (call: number, index: number) => string | undefined = () => undefined) {
  const calls: NonNullable<PutEventsCommand['input']['Entries']>[] = [];
  const send = async (command: unknown): Promise<unknown> => {
    if (!(command instanceof PutEvents)) throw new Error('only PutEvents is expected');
    const entries = command.input.Entries ?? [];
    calls.push(entries);
    const results = entries.map((_, index) => {
      const code = fail(calls.length, index);
      return code === undefined ? { EventId: `id-${index}` } : { ErrorCode: code, ErrorMessage: 'told to fail' };
    });
    return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
  };
  return { calls, send };
}

function fakeS3() {
  const objects = new Map<string, string>();
  const send = async (command: unknown): Promise<unknown> => {
    if (command instanceof PutObjectCommand) {
      objects.set(`s3://${command.input.Bucket}/${command.input.Key}`, String(command.input.Body));
      return {};
    }
    if (command instanceof GetObjectCommand) {
      const body = objects.get(`s3://${command.input.Bucket}/${command.input.Key}`);
      if (body === undefined) throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' });
      return { Body: { transformToString: async () => body } };
    }
    throw new Error('unexpected command');
  };
  return { objects, send };
}

function setUp(fail?: (call: number, index: number) => string | undefined, producer = 'assay.image-intake') {
  const bus = fakeBus(fail);
  const s3 = fakeS3();
  const slept: number[] = [];
  let ids = 0;
  const publisher = createPublisher({
    eventBridge: { send: bus.send },
    s3: { send: s3.send },
    busName: 'assay-test',
    claimBucket: 'assay-test-claims-000000000000',
    producer,
    now: () => new Date('2026-03-04T08:16:00Z'),
    newId: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, '0')}`,
    sleep: async (milliseconds) => void slept.push(milliseconds),
    random: () => 1,
  });
  return { bus, s3, slept, publisher };
}

const [sampleImage] = imageRefSchema.array().parse(Reflect.get(catalogue.ImagesArrived.sample.images, 'items'));
if (sampleImage === undefined) throw new Error('the sample of ImagesArrived has an image');

const images = (count: number): ImageRef[] =>
  Array.from({ length: count }, (_, index) => ({ ...sampleImage, imageId: index.toString(16).padStart(64, '0') }));

const cause: Metadata = {
  eventId: '7e1f2a3b-4c5d-4e6f-8a9b-0c1d2e3f4a5b',
  correlationId: 'story-1',
  occurredAt: '2026-03-04T08:00:00.000Z',
  producer: 'assay.labeling',
  version: 1,
};

describe('publisher', () => {
  it('says an event with its envelope, which a consumer can parse', async () => {
    const { bus, publisher } = setUp();
    const metadata = await publisher.publish(catalogue.ImagesArrived, { images: { items: images(1) } });
    const entry = bus.calls[0]?.[0];
    expect(entry).toMatchObject({
      Source: 'assay.image-intake',
      DetailType: 'ImagesArrived',
      EventBusName: 'assay-test',
    });
    const parsed = parseEvent(catalogue.ImagesArrived, {
      source: entry?.Source,
      'detail-type': entry?.DetailType,
      detail: JSON.parse(entry?.Detail ?? ''),
    });
    expect(parsed).toEqual({ metadata, data: { images: { items: images(1) } } });
    expect(metadata.causationId).toBeUndefined();
  });

  it('continues the story of the event that caused it', async () => {
    const { publisher } = setUp();
    const metadata = await publisher.publish(
      catalogue.ImagesArrived,
      { images: { items: images(1) } },
      {
        causedBy: cause,
      },
    );
    expect(metadata).toMatchObject({ correlationId: 'story-1', causationId: cause.eventId });
  });

  it('sends at most ten entries a call, in order', async () => {
    const { bus, publisher } = setUp();
    const events = images(23).map((image) => outgoing(catalogue.ImagesArrived, { images: { items: [image] } }));
    await publisher.publishAll(events);
    expect(bus.calls.map((call) => call.length)).toEqual([10, 10, 3]);
    const ids = bus.calls.flat().map((entry) => JSON.parse(entry.Detail ?? '').data.images.items[0].imageId);
    expect(ids).toEqual(images(23).map((image) => image.imageId));
  });

  it('keeps every call below the byte limit', async () => {
    const { bus, publisher } = setUp();
    const events = Array.from({ length: 7 }, () =>
      outgoing(catalogue.ImagesArrived, {
        images: { items: images(100).map((image) => ({ ...image, part: 'ä'.repeat(300) })) },
      }),
    );
    await publisher.publishAll(events);
    expect(bus.calls.flat()).toHaveLength(7);
    expect(bus.calls.length).toBeGreaterThan(1);
    for (const call of bus.calls) {
      expect(call.reduce((sum, entry) => sum + entryBytes(entry), 0)).toBeLessThan(MAX_CALL_BYTES);
    }
  });

  it('tries only the failed entries again, with growing pauses', async () => {
    const { bus, slept, publisher } = setUp((call, index) =>
      call <= 2 && index === 0 ? 'ThrottlingException' : undefined,
    );
    const events = images(3).map((image) => outgoing(catalogue.ImagesArrived, { images: { items: [image] } }));
    await publisher.publishAll(events);
    expect(bus.calls.map((call) => call.length)).toEqual([3, 1, 1]);
    expect(slept).toEqual([100, 200]);
  });

  it('throws when an entry remains unpublished after all attempts, and says that later may help', async () => {
    const { bus, publisher } = setUp(() => 'InternalFailure');
    await expect(publisher.publish(catalogue.ImagesArrived, { images: { items: images(1) } })).rejects.toMatchObject({
      code: 'publish-failed',
      retryable: true,
      message: expect.stringContaining('ImagesArrived: InternalFailure'),
    });
    expect(bus.calls).toHaveLength(5);
  });

  it('does not repeat an entry that can never be accepted', async () => {
    const { bus, publisher } = setUp(() => 'MalformedDetail');
    await expect(publisher.publish(catalogue.ImagesArrived, { images: { items: images(1) } })).rejects.toMatchObject({
      code: 'publish-failed',
      retryable: false,
    });
    expect(bus.calls).toHaveLength(1);
  });

  it('moves lists beyond 100 items to S3, and readClaim brings them back', async () => {
    const { bus, s3, publisher } = setUp();
    await publisher.publish(catalogue.ImagesArrived, { images: { items: images(101) } });
    const { data } = parseEvent(catalogue.ImagesArrived, {
      source: 'assay.image-intake',
      'detail-type': 'ImagesArrived',
      detail: JSON.parse(bus.calls[0]?.[0]?.Detail ?? ''),
    });
    expect(data.images).toMatchObject({ manifest: { count: 101 } });
    await expect(readClaim(s3, data.images, imageRefSchema)).resolves.toEqual(images(101));
  });

  it('moves shorter lists to S3 too when the event would be too large', async () => {
    const { bus, publisher } = setUp();
    const items = images(90).map((image) => ({ ...image, part: 'x'.repeat(3000) }));
    await publisher.publish(catalogue.ImagesArrived, { images: { items } });
    expect(JSON.parse(bus.calls[0]?.[0]?.Detail ?? '').data.images.manifest.count).toBe(90);
  });

  it('says what is missing when a list is too long and there is no claim bucket', async () => {
    const bus = fakeBus();
    const publisher = createPublisher({
      eventBridge: { send: bus.send },
      busName: 'assay-test',
      producer: 'assay.image-intake',
    });
    await expect(publisher.publish(catalogue.ImagesArrived, { images: { items: images(101) } })).rejects.toMatchObject({
      code: 'no-claim-bucket',
      message: expect.stringContaining('give its publisher s3 and claimBucket'),
    });
  });

  it('refuses an event that cannot be made small enough', async () => {
    const { publisher } = setUp(undefined, 'assay.training');
    const reason = 'x'.repeat(300_000);
    await expect(publisher.publish(catalogue.TrainingRequested, { reason, requestedBy: 'mara' })).rejects.toMatchObject(
      { code: 'entry-too-large' },
    );
  });

  it('refuses data that does not fit the schema, naming the field, and publishes nothing', async () => {
    const { bus, publisher } = setUp();
    const [image] = images(1);
    if (image === undefined) throw new Error('one image');
    await expect(
      publisher.publish(catalogue.ImagesArrived, { images: { items: [{ ...image, width: -1 }] } }),
    ).rejects.toThrow('width');
    const many = images(101).map((each) => ({ ...each, width: -1 }));
    await expect(publisher.publish(catalogue.ImagesArrived, { images: { items: many } })).rejects.toThrow(
      'data.images.items.0.width',
    );
    expect(bus.calls).toEqual([]);
  });

  it("refuses to say another service's event, but lets anyone ask for a training", async () => {
    const { publisher, bus } = setUp(undefined, 'assay.cli');
    await expect(publisher.publish(catalogue.ImagesArrived, { images: { items: images(1) } })).rejects.toMatchObject({
      code: 'not-the-owner',
    });
    await publisher.publish(catalogue.TrainingRequested, { reason: 'new fixture', requestedBy: 'mara' });
    expect(bus.calls[0]?.[0]?.Source).toBe('assay.training');
  });
});

describe('readClaim', () => {
  it('refuses a manifest that was changed', async () => {
    const { bus, s3, publisher } = setUp();
    await publisher.publish(catalogue.ImagesArrived, { images: { items: images(101) } });
    const [uri] = s3.objects.keys();
    if (uri === undefined) throw new Error('a manifest was written');
    s3.objects.set(uri, `${s3.objects.get(uri)} `);
    const claim = JSON.parse(bus.calls[0]?.[0]?.Detail ?? '').data.images;
    await expect(readClaim(s3, claim, imageRefSchema)).rejects.toMatchObject({ code: 'claim-damaged' });
  });

  it('names the manifest that is not there', async () => {
    const { s3 } = setUp();
    const manifest = { uri: 's3://claims/ImagesArrived/x.jsonl', sha256: '0'.repeat(64), count: 1 };
    await expect(readClaim(s3, { manifest }, imageRefSchema)).rejects.toThrow('s3://claims/ImagesArrived/x.jsonl');
  });
});
