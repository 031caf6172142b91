import { catalogue, imageRefSchema, type Metadata } from '@assay/events';
import type { Outgoing, Publisher } from '@assay/events/publisher';
import { describe, expect, it } from 'vitest';
import type { CheckedImage } from '../../domain/intake.ts';
import type { Trial } from '../../domain/limits.ts';
import { DecoderDeath, Rejection } from '../../domain/rejection.ts';
import { takeInBatch } from './batch.ts';
import { objectCreatedSchema } from './messages.ts';

const now = new Date('2026-03-04T08:16:00Z');

/**
 * Contents are their own 64-digit ids; "bad…" is rejected, "lost…" can't be fetched, the decoder dies of "deadly…" and
 * dies once of "slow…". A trial takes `trialTakes` milliseconds.
 */
function setUp(publish: (events: readonly Outgoing[]) => void = () => {}, trialTakes = 0) {
  let clock = now.getTime();
  const said: Outgoing[] = [];
  const announced: string[] = [];
  const errors: string[] = [];
  const logger = { info: () => {}, error: (...told: unknown[]) => void errors.push(String(told[0])) };
  const publisher: Pick<Publisher, 'publishAll'> = {
    publishAll: async (events) => {
      publish(events);
      said.push(...events);
      return events.map(() => ({ eventId: 'e1' }) as Metadata);
    },
  };
  const deps = {
    ports: {
      fetch: async ({ key }: { key: string }) => {
        if (key.includes('lost')) throw new Error('S3 is busy');
        return { bytes: Buffer.from(key.split('/').at(-1) ?? ''), metadata: {} };
      },
      digest: (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').padStart(64, '0'),
      check: async (_: string, bytes: Uint8Array, trial: Trial): Promise<CheckedImage> => {
        clock += trialTakes;
        const name = Buffer.from(bytes).toString();
        if (name.startsWith('deadly') || (name.startsWith('slow') && trial === 'first')) {
          throw new DecoderDeath('decoder-timed-out', 'it takes too long');
        }
        if (Buffer.from(bytes).toString().startsWith('bad')) throw new Rejection('corrupt', 'it is bad');
        return { width: 640, height: 480, depth: 3, format: 'png', bytes };
      },
      keep: async (imageId: string) => `s3://images/accepted/${imageId}.png`,
      quarantine: async () => 's3://images/quarantine/original',
      register: async (image: Parameters<typeof imageRefSchema.parse>[0], uploadUri: string) => ({
        image: imageRefSchema.parse(image),
        uploadUri,
        state: 'pending' as const,
        seenAt: now.toISOString(),
      }),
      find: async () => undefined,
      now: () => new Date(clock),
    },
    ledger: { markAnnounced: async (imageId: string) => void announced.push(imageId) },
    publisher: publisher as Publisher,
    newId: () => 'batch-1',
  };
  const run = (...names: string[]) =>
    takeInBatch(
      names.map((name, index) => ({ messageId: `m${index}`, receiveCount: 1, body: uploadOf(name) })),
      { deps, logger },
    );
  return { run, said, announced, errors };
}

function uploadOf(name: string) {
  return objectCreatedSchema.parse({
    time: '2026-03-04T08:15:30Z',
    detail: { bucket: { name: 'images' }, object: { key: `incoming/line/part/${name}`, size: 5 } },
  });
}

describe('takeInBatch', () => {
  it('says one event for the arrivals of a batch and one for its rejections', async () => {
    const { run, said, announced } = setUp();
    await expect(run('a', 'bad', 'b')).resolves.toEqual([]);
    expect(said.map(({ definition, correlationId }) => [definition, correlationId])).toEqual([
      [catalogue.ImagesArrived, 'batch-1'],
      [catalogue.ImagesRejected, 'batch-1'],
    ]);
    expect(announced).toHaveLength(2);
  });

  it('tells the story of a single image under its own id', async () => {
    const { run, said } = setUp();
    await run('a');
    expect(said[0]?.correlationId).toBe('61'.padStart(64, '0'));
  });

  it('lets an upload that could not be fetched come back, and stops no other', async () => {
    const { run, said } = setUp();
    await expect(run('a', 'lost', 'b')).resolves.toEqual(['m1']);
    expect(said).toHaveLength(1);
  });

  it('announces the good files of a batch before it tries again what the decoder died of', async () => {
    const { run, said, announced } = setUp();
    await expect(run('deadly', 'a', 'slow', 'b')).resolves.toEqual([]);
    const images = said.map(({ definition, data }) => [
      definition.name,
      Reflect.get(Object(data), 'images').items.length,
    ]);
    expect(images).toEqual([
      ['ImagesArrived', 2],
      ['ImagesArrived', 1],
      ['ImagesRejected', 1],
    ]);
    expect(announced).toHaveLength(3);
  });

  it('lets those come back for whose trial no time is left', async () => {
    const { run, said, errors } = setUp(undefined, 15_000);
    await expect(run('deadly1', 'deadly2', 'a')).resolves.toEqual(['m2', 'm1']);
    expect(said.map(({ definition }) => definition.name)).toEqual(['ImagesRejected']);
    expect(errors).toEqual(
      ['a', 'deadly2'].map((name) => `no time was left for the upload incoming/line/part/${name}`),
    );
  });

  it('gets on with a batch in which all are slow, and begins nothing that would outlast the function', async () => {
    const { run, announced } = setUp(undefined, 3_000);
    const slow = Array.from({ length: 20 }, (_, index) => `slow${index}`);
    await expect(run(...slow)).resolves.toHaveLength(13);
    expect(announced).toHaveLength(7);
    await expect(setUp(undefined, 3_000).run(...slow.map((name) => `un${name}`))).resolves.toHaveLength(6);
  });

  it('says nothing when nothing came of a batch', async () => {
    const { run, said } = setUp();
    await run('lost');
    expect(said).toEqual([]);
  });

  it('announces nothing that could not be published', async () => {
    const { run, announced } = setUp(() => {
      throw new Error('the bus is away');
    });
    await expect(run('a')).rejects.toThrow('the bus is away');
    expect(announced).toEqual([]);
  });
});
