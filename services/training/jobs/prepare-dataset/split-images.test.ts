import { type LabelledImage, splits } from '@assay/dataset';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../../packages/local-aws/test/harness.ts';
import { type LedgerEntry, sha256Of } from './ledger.ts';
import { type LedgerStore, ledgerStore } from './ledger-store.ts';
import { splitImages } from './split-images.ts';

const BUCKET = 'training';
let aws: TestAws;
let s3: S3Client;
beforeAll(async () => {
  aws = await startAws();
  s3 = aws.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
});
afterAll(() => aws.close());

/** Parts with a photograph each, from one number to another. */
function images(from: number, to: number): LabelledImage[] {
  return Array.from({ length: to - from }, (_, index) => ({
    imageId: sha256Of(Buffer.from(String(from + index))),
    uri: `s3://images/${from + index}.png`,
    width: 64,
    height: 64,
    station: 's1',
    part: `p${from + index}`,
    origin: 'upload',
    boxes: [{ left: 1, top: 1, width: 9, height: 9, classId: 0, className: 'scratch' }],
    labelingJob: 'job',
    labeledAt: '2026-03-04T10:00:00.000Z',
    groupSince: new Date(1e12 + 1000 * (from + index)).toISOString(),
  }));
}

const split = (
  lineage: string,
  list: LabelledImage[],
  ledger: LedgerStore = ledgerStore(s3, { bucket: BUCKET, name: lineage }),
  joined: string[][] = [],
) =>
  splitImages(list, joined, {
    lineage,
    asOf: '2026-03-04T10:00:00.000Z',
    ledger,
    check: async () => {},
    log: () => {},
  });

const splitOf = ({ assignment }: Awaited<ReturnType<typeof split>>) =>
  new Map(assignment.entries.map(({ imageId, split }) => [imageId, split]));

describe('splitImages', () => {
  it('writes a version, and none when nothing is new', async () => {
    const made = await split('calm', images(0, 12));
    const again = await split('calm', images(0, 12));
    expect(again.stored).toEqual(made.stored);
    expect(made.stored.ledger).toMatchObject({ format: 'assay.splits/1', lineage: 'calm', version: 1, previous: null });
  });

  it('chains the versions by their digests, and never writes one twice', async () => {
    const store = ledgerStore(s3, { bucket: BUCKET, name: 'chained' });
    const { stored: one } = await split('chained', images(0, 12));
    const { stored: two } = await split('chained', images(0, 20));
    expect(two.ledger).toMatchObject({ version: 2, previous: one.sha256 });
    expect(await store.version(1)).toEqual(one);
    expect(await store.latest()).toEqual(two);
    expect(await store.add({ ...one.ledger, images: [] })).toBe(false);
    expect(await store.version(1)).toEqual(one);
  });

  it('comes to the same when a job is killed after it has written, and runs again', async () => {
    const store = ledgerStore(s3, { bucket: BUCKET, name: 'killed' });
    const killed: LedgerStore = {
      ...store,
      async add(ledger) {
        await store.add(ledger);
        throw new Error('killed');
      },
    };
    await expect(split('killed', images(0, 12), killed)).rejects.toThrow('killed');
    const again = await split('killed', images(0, 12));
    expect(again.stored.ledger.version).toBe(1);
    expect(splitOf(again)).toEqual(splitOf(await split('undisturbed', images(0, 12))));
  });

  it('agrees with jobs that run at the same time on other labels', async () => {
    // All of them have read before one of them writes.
    const store = ledgerStore(s3, { bucket: BUCKET, name: 'busy' });
    const ready = Promise.withResolvers<void>();
    let reading = 4;
    const together = (): LedgerStore => {
      let waited = false;
      return {
        ...store,
        async latest() {
          const latest = await store.latest();
          if (!waited) {
            waited = true;
            if (--reading === 0) ready.resolve();
            await ready.promise;
          }
          return latest;
        },
      };
    };
    const jobs = await Promise.all([12, 20, 16, 12].map((count) => split('busy', images(0, count), together())));
    const last = (await store.latest())!;
    const final = new Map(last.ledger.images.map(({ imageId, split }) => [imageId, split]));
    expect(final.size).toBe(20);
    for (const job of jobs) for (const [imageId, place] of splitOf(job)) expect(final.get(imageId)).toBe(place);
    for (let version = last.ledger.version; version > 1; version--)
      expect((await store.version(version)).ledger.previous).toBe((await store.version(version - 1)).sha256);
  });

  it('never repairs what was brought along, however many versions have come since', async () => {
    const store = ledgerStore(s3, { bucket: BUCKET, name: 'given' });
    const brought = images(0, 3).map(
      ({ imageId, station, part }, index): LedgerEntry => ({
        imageId,
        part: `${station}/${part}`,
        split: splits[index]!,
        since: 1,
      }),
    );
    const entries = brought.toSorted((a, b) => (a.imageId < b.imageId ? -1 : 1));
    const asOf = '2026-03-01T00:00:00.000Z';
    await store.add({
      format: 'assay.splits/1',
      lineage: 'given',
      version: 1,
      previous: null,
      asOf,
      given: true,
      images: entries,
    });
    await split('given', images(0, 6));
    await split('given', images(0, 8));
    const joined = [[brought[0]!.imageId, brought[2]!.imageId]];
    const { assignment, stored } = await split('given', images(0, 9), store, joined);
    expect(stored.ledger.version).toBe(4);
    expect(assignment.entries).toEqual(expect.arrayContaining(brought));
  });

  it('writes nothing that is refused', async () => {
    const store = ledgerStore(s3, { bucket: BUCKET, name: 'refused' });
    const check = () => Promise.reject(new Error('it leaks'));
    const options = { lineage: 'refused', asOf: '2026-03-04T10:00:00.000Z', ledger: store, check, log: () => {} };
    await expect(splitImages(images(0, 12), [], options)).rejects.toThrow('it leaks');
    expect(await store.latest()).toBeUndefined();
  });

  it('says which file of a lineage cannot be understood', async () => {
    const put = (lineage: string, Body: string) =>
      s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `lineages/${lineage}/splits/000001.json`, Body }));
    await put('broken', '{"format":"assay.splits/1"}');
    await expect(split('broken', images(0, 3))).rejects.toThrow(
      /lineages\/broken\/splits\/000001\.json can't be understood: lineage: /,
    );
    const { ledger } = (await ledgerStore(s3, { bucket: BUCKET, name: 'calm' }).latest())!;
    await put('moved', JSON.stringify(ledger));
    await expect(split('moved', images(0, 3))).rejects.toThrow('is version 1 of the lineage calm');
  });
});
