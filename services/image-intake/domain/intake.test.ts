import { createHash } from 'node:crypto';
import type { ImageRef } from '@assay/events';
import { describe, expect, it } from 'vitest';
import { distinctArrivals, type IntakePorts, type RefusedUpload, takeIn } from './intake.ts';
import type { LedgerEntry } from './ledger.ts';
import { DecoderDeath, Rejection } from './rejection.ts';

const now = new Date('2026-03-04T08:16:00Z');
const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function setUp(contents: Record<string, string>) {
  const ledger = new Map<string, LedgerEntry>();
  const kept: string[] = [];
  const refused: RefusedUpload[] = [];
  const ports: IntakePorts = {
    fetch: async ({ key }) => ({ bytes: Buffer.from(contents[key] ?? ''), metadata: {} }),
    digest,
    check: async (_, bytes, trial) => {
      if (Buffer.from(bytes).toString() === 'deadly')
        throw new DecoderDeath('decoder-crashed', `it died at the ${trial}`);
      if (Buffer.from(bytes).toString() === 'bad') throw new Rejection('corrupt', 'it is bad');
      return { width: 640, height: 480, depth: 3, format: 'jpeg', bytes };
    },
    keep: async (imageId) => {
      kept.push(imageId);
      return `s3://images/accepted/${imageId}.jpg`;
    },
    quarantine: async (upload) => {
      refused.push(upload);
      return `s3://images/quarantine/${upload.code}/${upload.imageId}`;
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
  return { ports, upload, kept, refused, change };
}

const first = 'incoming/line/part/1.jpg';
const second = 'incoming/line/part/2.jpg';

describe('takeIn', () => {
  it('lets a new image arrive, kept under its content', async () => {
    const { ports, upload } = setUp({ [first]: 'picture' });
    const imageId = digest(Buffer.from('picture'));
    const result = await takeIn(upload(first), ports, 'first');
    expect(result).toMatchObject({
      kind: 'arrived',
      image: { imageId, uri: `s3://images/accepted/${imageId}.jpg`, bytes: 7, station: 'line', part: 'part' },
    });
  });

  it('believes the uploader more than the file about when it was taken, and neither where they say nothing', async () => {
    const { ports, upload } = setUp({ [first]: 'picture' });
    const noted: unknown[] = [];
    const takenAs = async (metadata: Record<string, string>, capturedAt?: string) => {
      const { ports: fresh } = setUp({ [first]: 'picture' });
      const result = await takeIn(
        upload(first),
        {
          ...fresh,
          fetch: async () => ({ bytes: Buffer.from('picture'), metadata }),
          check: async (...given) => ({ ...(await ports.check(...given)), ...(capturedAt && { capturedAt }) }),
          keep: async (imageId, _image, _original, notes) => {
            noted.push(notes);
            return `s3://images/accepted/${imageId}.jpg`;
          },
        },
        'first',
      );
      return result.kind === 'arrived' && result.image.capturedAt;
    };
    const [told, inFile] = ['2026-03-04T08:00:00.000Z', '2026-03-04T07:00:00.000Z'];
    expect(await takenAs({ 'captured-at': told, 'part-from': 'file-name' }, inFile)).toBe(told);
    expect(await takenAs({}, inFile)).toBe(inFile);
    expect(await takenAs({})).toBe(now.toISOString());
    expect(noted).toEqual([
      { capturedAt: told, partIsFileName: true },
      { capturedAt: inFile, partIsFileName: false },
      { capturedAt: undefined, partIsFileName: false },
    ]);
  });

  it('says nothing again about a content that was announced, under whatever key', async () => {
    const { ports, upload, change, kept } = setUp({ [first]: 'picture', [second]: 'picture' });
    await takeIn(upload(first), ports, 'first');
    change('picture', { state: 'announced' });
    await expect(takeIn(upload(first), ports, 'first')).resolves.toMatchObject({ kind: 'duplicate' });
    await expect(takeIn(upload(second), ports, 'first')).resolves.toMatchObject({ kind: 'duplicate' });
    expect(kept).toHaveLength(1);
  });

  it('says an image again that was registered but never announced, when its upload is redelivered', async () => {
    const { ports, upload } = setUp({ [first]: 'picture' });
    const before = await takeIn(upload(first), ports, 'first');
    await expect(takeIn(upload(first), ports, 'first')).resolves.toEqual(before);
  });

  it('leaves a pending content to the upload that it was first seen in', async () => {
    const { ports, upload } = setUp({ [first]: 'picture', [second]: 'picture' });
    await takeIn(upload(first), ports, 'first');
    await expect(takeIn(upload(second), ports, 'first')).resolves.toMatchObject({ kind: 'duplicate' });
  });

  it('takes over a pending content whose own upload was given up', async () => {
    const { ports, upload, change } = setUp({ [first]: 'picture', [second]: 'picture' });
    await takeIn(upload(first), ports, 'first');
    change('picture', { seenAt: '2026-03-04T07:00:00Z' });
    await expect(takeIn(upload(second), ports, 'first')).resolves.toMatchObject({ kind: 'arrived' });
  });

  it('rejects with the reason, and with the id when the bytes were read', async () => {
    const { ports, upload, refused } = setUp({ [first]: 'bad', 'incoming/x.jpg': 'picture' });
    await expect(takeIn(upload(first), ports, 'first')).resolves.toEqual({
      kind: 'rejected',
      image: {
        uri: `s3://images/${first}`,
        imageId: digest(Buffer.from('bad')),
        code: 'corrupt',
        message: 'it is bad',
        quarantineUri: `s3://images/quarantine/corrupt/${digest(Buffer.from('bad'))}`,
      },
    });
    await expect(takeIn(upload('incoming/x.jpg'), ports, 'first')).resolves.toMatchObject({
      image: { code: 'key-without-station-and-part' },
    });
    expect(refused.map(({ bytes }) => String(bytes))).toEqual(['bad', 'picture']);
  });

  it('turns away at the last trial only what the decoder dies of', async () => {
    const { ports, upload, refused } = setUp({ [first]: 'deadly' });
    await expect(takeIn(upload(first), ports, 'first')).resolves.toEqual({ kind: 'suspect' });
    expect(refused).toEqual([]);
    await expect(takeIn(upload(first), ports, 'last')).resolves.toMatchObject({
      image: { code: 'decoder-crashed', message: 'it died at the last' },
    });
    expect(refused).toHaveLength(1);
  });

  it('says nothing of a refusal that could not be put aside, so that the message comes back', async () => {
    const { ports, upload } = setUp({ [first]: 'bad' });
    const broken = { ...ports, quarantine: () => Promise.reject(new Error('S3 is busy')) };
    await expect(takeIn(upload(first), broken, 'first')).rejects.toThrow('S3 is busy');
  });

  it('rejects what is empty or too large without fetching it', async () => {
    const { ports, upload } = setUp({});
    const unread = { ...ports, fetch: () => Promise.reject(new Error('it was fetched')) };
    await expect(takeIn(upload(first), unread, 'first')).resolves.toMatchObject({ image: { code: 'empty' } });
    const huge = { ...upload(first), size: 41 * 1024 * 1024 };
    await expect(takeIn(huge, unread, 'first')).resolves.toMatchObject({
      image: { code: 'too-large', imageId: undefined },
    });
  });

  it('lets failures of what is outside through, so that the message comes back', async () => {
    const { ports, upload } = setUp({ [first]: 'picture' });
    const broken = { ...ports, keep: () => Promise.reject(new Error('S3 is busy')) };
    await expect(takeIn(upload(first), broken, 'first')).rejects.toThrow('S3 is busy');
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
