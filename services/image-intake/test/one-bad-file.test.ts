import { createHash } from 'node:crypto';
import path from 'node:path';
import { imageRefSchema, type Metadata, type RejectedImage } from '@assay/events';
import type { Outgoing } from '@assay/events/publisher';
import sharp from 'sharp';
import { afterAll, expect, it } from 'vitest';
import { createImageDecoder } from '../adapters/decoder/image-decoder.ts';
import type { LedgerEntry } from '../domain/ledger.ts';
import { takeInBatch } from '../functions/intake/batch.ts';

/** Real decoder processes, which hang or die over pictures of certain widths. */
const decoder = createImageDecoder(path.resolve(import.meta.dirname, '../adapters/decoder/test/unruly-decoder.ts'));
afterAll(() => decoder.close());

const picture = (width: number): Promise<Buffer> =>
  sharp(Buffer.alloc(width * 64 * 3, 'a gradient of sorts'), { raw: { width, height: 64, channels: 3 } })
    .png()
    .toBuffer();

it('announces the good files of a batch before any verdict on those that the decoder dies of', async () => {
  const widths = { hangs: 101, first: 64, crashes: 103, second: 65 };
  const files = new Map<string, Buffer>();
  for (const [name, width] of Object.entries(widths)) files.set(`incoming/line/part/${name}.png`, await picture(width));
  const said: Outgoing[] = [];
  const now = () => new Date();
  const deps = {
    ports: {
      fetch: async ({ key }: { key: string }) => ({ bytes: files.get(key) ?? Buffer.of(), metadata: {} }),
      digest: (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex'),
      check: decoder.check,
      keep: async (imageId: string) => `s3://images/accepted/${imageId}.png`,
      quarantine: async ({ code }: { code: string }) => `s3://images/quarantine/${code}/original`,
      register: async (image: Parameters<typeof imageRefSchema.parse>[0], uploadUri: string): Promise<LedgerEntry> => ({
        image: imageRefSchema.parse(image),
        uploadUri,
        state: 'pending',
        seenAt: now().toISOString(),
      }),
      find: async () => undefined,
      now,
    },
    ledger: { markAnnounced: async () => {} },
    publisher: {
      publish: async () => ({ eventId: 'e' }) as Metadata,
      publishAll: async (events: readonly Outgoing[]) => {
        said.push(...events);
        return events.map(() => ({ eventId: 'e' }) as Metadata);
      },
    },
    newId: () => 'batch-1',
  };
  const records = [...files.keys()].map((key, index) => ({
    messageId: `m${index}`,
    receiveCount: 1,
    body: { bucket: 'images', key, size: 1, time: now().toISOString() },
  }));
  const logger = { info: () => {}, error: () => {} };

  await expect(takeInBatch(records, { deps, logger })).resolves.toEqual([]);
  const [arrived, rejected, ...more] = said;
  expect(more).toEqual([]);
  expect(arrived).toMatchObject({
    definition: { name: 'ImagesArrived' },
    data: { images: { items: [{ width: 64 }, { width: 65 }] } },
  });
  expect(rejected?.definition.name).toBe('ImagesRejected');
  const items: RejectedImage[] = Reflect.get(Object(rejected?.data), 'images').items;
  expect(items.map(({ uri, code }) => [path.basename(uri), code])).toEqual([
    ['hangs.png', 'decoder-timed-out'],
    ['crashes.png', 'decoder-crashed'],
  ]);
}, 60_000);
