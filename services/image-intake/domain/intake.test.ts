import { createHash } from 'node:crypto';
import type { ImageRef } from '@assay/events';
import { describe, expect, it } from 'vitest';
import { distinctArrivals, type IntakePorts, takeIn } from './intake.ts';
import type { LedgerEntry } from './ledger.ts';
import { Rejection } from './rejection.ts';

const now = new Date('2026-03-04T08:16:00Z');
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function setUp(contents: Record<string, string>) {
  const ledger = new Map<string, LedgerEntry>();
  const kept: string[] = [];
  const ports: IntakePorts = {
    fetch: async ({ key }) => ({ bytes: Buffer.from(contents[key] ?? ''), metadata: {} }),
    digest,
    check: async (_, bytes) => {
      if (Buffer.from(bytes).toString() === 'bad') throw new Rejection('corrupt', 'it is bad');
      return { width: 640, height: 480, depth: 3, format: 'jpeg', bytes };
    },
    keep: async (imageId) => {
      kept.push(imageId);
      return `s3://images/accepted/${imageId}.jpg`;
    },
    register: async (image, uploadUri) => {
      const entry = ledger.get(image.imageId) ?? { image, uploadUri, state: 'pending', seenAt: now.toISOString() };
      ledger.set(image.imageId, entry);
      return entry;
    },
    find: async (imageId) => ledger.get(imageId),
    now: () => now,
  };
  const upload = (key: string) => ({
    bucket: 'images',
    key,
    size: contents[key]?.length ?? 0,
    time: now.toISOString(),
  });
  const change = (content: string, part: Partial<LedgerEntry>): void => {
    const entry = ledger.get(digest(Buffer.from(content)));
    if (entry !== undefined) ledger.set(entry.image.imageId, { ...entry, ...part });
  };
  return { ports, upload, kept, change };
}

const first = 'incoming/line/part/1.jpg';
const second = 'incoming/line/part/2.jpg';

describe('takeIn', () => {
  it('lets a new image arrive, kept under its content', async () => {
    const { ports, upload } = setUp({ [first]: 'picture' });
    const imageId = digest(Buffer.from('picture'));
    const result = await takeIn(upload(first), ports);
    expect(result).toMatchObject({
      kind: 'arrived',
      image: { imageId, uri: `s3://images/accepted/${imageId}.jpg`, bytes: 7, station: 'line', part: 'part' },
    });
  });

  it('says nothing again about a content that was announced, under whatever key', async () => {
    const { ports, upload, change, kept } = setUp({ [first]: 'picture', [second]: 'picture' });
    await takeIn(upload(first), ports);
    change('picture', { state: 'announced' });
    await expect(takeIn(upload(first), ports)).resolves.toMatchObject({ kind: 'duplicate' });
    await expect(takeIn(upload(second), ports)).resolves.toMatchObject({ kind: 'duplicate' });
    expect(kept).toHaveLength(1);
  });

  it('says an image again that was registered but never announced, when its upload is redelivered', async () => {
    const { ports, upload } = setUp({ [first]: 'picture' });
    const before = await takeIn(upload(first), ports);
    await expect(takeIn(upload(first), ports)).resolves.toEqual(before);
  });

  it('leaves a pending content to the upload that it was first seen in', async () => {
    const { ports, upload } = setUp({ [first]: 'picture', [second]: 'picture' });
    await takeIn(upload(first), ports);
    await expect(takeIn(upload(second), ports)).resolves.toMatchObject({ kind: 'duplicate' });
  });

  it('takes over a pending content whose own upload was given up', async () => {
    const { ports, upload, change } = setUp({ [first]: 'picture', [second]: 'picture' });
    await takeIn(upload(first), ports);
    change('picture', { seenAt: '2026-03-04T07:00:00Z' });
    await expect(takeIn(upload(second), ports)).resolves.toMatchObject({ kind: 'arrived' });
  });

  it('rejects with the reason, and with the id when the bytes were read', async () => {
    const { ports, upload } = setUp({ [first]: 'bad', 'incoming/x.jpg': 'picture' });
    await expect(takeIn(upload(first), ports)).resolves.toEqual({
      kind: 'rejected',
      image: {
        uri: `s3://images/${first}`,
        imageId: digest(Buffer.from('bad')),
        code: 'corrupt',
        message: 'it is bad',
      },
    });
    await expect(takeIn(upload('incoming/x.jpg'), ports)).resolves.toMatchObject({
      image: { code: 'key-without-station-and-part' },
    });
  });

  it('rejects what is empty or too large without fetching it', async () => {
    const { ports, upload } = setUp({});
    const unread = { ...ports, fetch: () => Promise.reject(new Error('it was fetched')) };
    await expect(takeIn(upload(first), unread)).resolves.toMatchObject({ image: { code: 'empty' } });
    const huge = { ...upload(first), size: 41 * 1024 * 1024 };
    await expect(takeIn(huge, unread)).resolves.toMatchObject({ image: { code: 'too-large', imageId: undefined } });
  });

  it('lets failures of what is outside through, so that the message comes back', async () => {
    const { ports, upload } = setUp({ [first]: 'picture' });
    const broken = { ...ports, keep: () => Promise.reject(new Error('S3 is busy')) };
    await expect(takeIn(upload(first), broken)).rejects.toThrow('S3 is busy');
  });
});

describe('distinctArrivals', () => {
  it('lets one upload speak for all of the same content in a batch', () => {
    const image = { imageId: 'a' } as ImageRef;
    const other = { imageId: 'b' } as ImageRef;
    const results = [image, other, image].map((each) => ({ kind: 'arrived', image: each }) as const);
    expect(distinctArrivals(results)).toEqual([image, other]);
  });
});
