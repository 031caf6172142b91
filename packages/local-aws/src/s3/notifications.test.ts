import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { standIn } from '../kernel/authorization/stand-in.ts';
import { administratorCaller } from '../kernel/caller.ts';
import { manualClock } from '../kernel/clock.ts';
import { Kernel } from '../kernel/kernel.ts';
import { s3Service } from './service.ts';

const caller = administratorCaller('000000000000');
const Bucket = 'things';

describe('S3 notifications to EventBridge', () => {
  let folder: string;
  let kernel: Kernel;
  let events: { source?: string; type?: string; resources?: string[]; detail: Record<string, unknown> }[];
  const clock = manualClock();

  /** Stands in for EventBridge: keeps what it is told. */
  const bus = standIn<'eventbridge', undefined>({
    name: 'eventbridge',
    signingName: 'events',
    load: () => import('@aws-sdk/client-eventbridge'),
    create: () => undefined,
    operations: {
      PutEvents({ Entries = [] }) {
        for (const { Source, DetailType, Resources, Detail } of Entries)
          events.push({ source: Source, type: DetailType, resources: Resources, detail: JSON.parse(Detail ?? '') });
        return { FailedEntryCount: 0, Entries: [] };
      },
    },
  });

  beforeEach(async () => {
    events = [];
    folder = await mkdtemp(join(tmpdir(), 'assay-s3-'));
    const options = { dataDir: folder, account: '000000000000', region: 'eu-west-1', clock, images: {} };
    kernel = new Kernel({ ...options, report: () => undefined }, [s3Service, bus]);
    await kernel.start('http://127.0.0.1:0');
    await kernel.call('s3', 'CreateBucket', { Bucket }, caller);
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await kernel.call('s3', 'PutBucketNotificationConfiguration', { Bucket, NotificationConfiguration }, caller);
  });
  afterEach(async () => {
    await kernel.close();
    await rm(folder, { recursive: true });
  });

  const put = (Key: string, more: object = {}) =>
    kernel.call('s3', 'PutObject', { Bucket, Key, Body: 'hello', ...more }, caller);
  const arrived = (count: number) => expect.poll(() => events).toHaveLength(count);

  it('tells of a new object what AWS tells, with the raw key', async () => {
    await put('incoming/line 2/ü.jpg');
    await arrived(1);
    expect(events[0]).toEqual({
      source: 'aws.s3',
      type: 'Object Created',
      resources: ['arn:aws:s3:::things'],
      detail: {
        version: '0',
        bucket: { name: 'things' },
        object: {
          key: 'incoming/line 2/ü.jpg',
          size: 5,
          etag: '5d41402abc4b2a76b9719d911017c592',
          sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
        },
        'request-id': expect.stringMatching(/^[0-9A-F]{16}$/),
        requester: '000000000000',
        'source-ip-address': '127.0.0.1',
        reason: 'PutObject',
      },
    });
  });

  it('tells copies and multipart uploads from puts, and orders the events of a key', async () => {
    await put('a');
    await kernel.call('s3', 'CopyObject', { Bucket, Key: 'b', CopySource: `${Bucket}/a` }, caller);
    const { UploadId } = await kernel.call('s3', 'CreateMultipartUpload', { Bucket, Key: 'c' }, caller);
    const part = { Bucket, Key: 'c', UploadId, PartNumber: 1, Body: 'part' };
    const { ETag } = await kernel.call('s3', 'UploadPart', part, caller);
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await kernel.call('s3', 'CompleteMultipartUpload', { Bucket, Key: 'c', UploadId, MultipartUpload }, caller);
    await arrived(3);
    expect(events.map(({ detail }) => detail.reason).sort()).toEqual([
      'CompleteMultipartUpload',
      'CopyObject',
      'PutObject',
    ]);
  });

  it('tells of deletions, and whether something is left', async () => {
    await put('a');
    await kernel.call('s3', 'DeleteObject', { Bucket, Key: 'a' }, caller);
    await kernel.call('s3', 'DeleteObject', { Bucket, Key: 'never there' }, caller);
    await arrived(2);
    const deleted = events.find(({ type }) => type === 'Object Deleted');
    expect(deleted?.detail).toMatchObject({ reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' });
    expect(deleted?.detail.object).not.toHaveProperty('size');
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await kernel.call('s3', 'PutBucketVersioning', { Bucket, VersioningConfiguration }, caller);
    const { VersionId } = await put('v');
    await kernel.call('s3', 'DeleteObject', { Bucket, Key: 'v' }, caller);
    await arrived(4);
    expect(events.at(-1)?.detail).toMatchObject({ 'deletion-type': 'Delete Marker Created' });
    expect(events.map(({ detail }) => detail.object)).toContainEqual(
      expect.objectContaining({ 'version-id': VersionId }),
    );
  });

  it('says nothing of a write that a condition refused, nor where nobody asked', async () => {
    await put('a');
    await expect(put('a', { IfNoneMatch: '*' })).rejects.toThrow('pre-conditions');
    await kernel.call('s3', 'CreateBucket', { Bucket: 'quiet' }, caller);
    await kernel.call('s3', 'PutObject', { Bucket: 'quiet', Key: 'a', Body: 'x' }, caller);
    await put('b');
    await arrived(2);
    expect(events.map(({ detail }) => detail.bucket)).toEqual([{ name: 'things' }, { name: 'things' }]);
  });
});
