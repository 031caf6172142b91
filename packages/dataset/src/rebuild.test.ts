import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Channels, writeDataset } from './channels.ts';
import { fetchImages } from './image-files.ts';
import { rebuildDataset } from './rebuild.ts';
import type { Snapshot } from './snapshot.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rebuild-'));
});
afterEach(() => rm(folder, { recursive: true }));

const log = () => undefined;
const counts = { groups: 1, images: 1, boxes: 1 };

/** A data set as a job left it, and the label store that it was made of. */
async function dataset() {
  const objects = new Map<string, Uint8Array>();
  const rows: Record<string, string>[] = [];
  const images: Snapshot['images'] = [];
  for (const [index, split] of (['train', 'validation', 'test', 'excluded'] as const).entries()) {
    const create = { width: 40, height: 20, channels: 3 as const, background: { r: 50 * index, g: 20, b: 200 } };
    const bytes = await sharp({ create }).png().toBuffer();
    const imageId = createHash('sha256').update(bytes).digest('hex');
    const uri = `s3://images/accepted/${index}.png`;
    const part = `p${index}`;
    const labeledAt = '2026-03-04T10:00:00.000Z';
    const box = { left: 1, top: 2, width: 3 + index, height: 4, classId: 0 };
    objects.set(uri, bytes);
    rows.push({
      image_id: imageId,
      uri,
      width: '40',
      height: '20',
      station: 's1',
      part,
      origin: 'upload',
      boxes: JSON.stringify([{ ...box, className: 'dent' }]),
      labeling_job: 'job-1',
      event_time: labeledAt,
      group_since: labeledAt,
    });
    const because = split === 'excluded' ? { because: { rule: 'test-set-frozen', of: imageId } } : {};
    const known = { imageId, uri, width: 40, height: 20, station: 's1', part, origin: 'upload' };
    images.push({ ...known, labelingJob: 'job-1', labeledAt, group: `s1/${part}`, split, ...because, boxes: [box] });
  }
  const snapshot: Snapshot = {
    format: 'assay.snapshot/1',
    asOf: '2026-03-04T12:00:00.000Z',
    query: 'SELECT the labels',
    names: ['dent'],
    lineage: { name: 'main', splits: { version: 1, sha256: '0'.repeat(64) }, testSet: { version: 1 } },
    counts: { train: counts, validation: counts, test: counts },
    nearDuplicates: [],
    bursts: [],
    images,
  };
  const fetchObject = async (uri: string) => {
    const bytes = objects.get(uri);
    if (bytes === undefined) throw new Error(`no ${uri}`);
    return { bytes, metadata: {} };
  };
  const fetching = { folder: join(folder, 'fetched'), fetchObject, log };
  const files = await fetchImages(images, fetching, ({ imageId }, file) => [imageId, file] as const);
  const channels = await writeDataset(snapshot, new Map(files), {
    snapshotUri: 's3://training/runs/1/snapshot/snapshot.json',
    outputFolder: (name) => join(folder, 'first', name),
    log,
  });
  return { snapshot, channels, rows, objects, fetchObject };
}

const rebuild = ({ rows, ...made }: Awaited<ReturnType<typeof dataset>>, channels: Channels = made.channels) =>
  rebuildDataset({
    ...made,
    channels,
    folder: join(folder, 'again'),
    query: async function* (sql) {
      expect(sql).toBe('SELECT the labels');
      yield* rows;
    },
    log,
  });

describe('rebuilding a data set', () => {
  it('comes to the same, bit for bit', async () => {
    expect(await rebuild(await dataset())).toEqual([]);
    expect((await readdir(join(folder, 'again'))).sort()).toEqual(['snapshot', 'test', 'train', 'validation']);
  });

  it('names the images whose records are others, and the files that differ for it', async () => {
    const made = await dataset();
    const [train, , test] = made.rows;
    train!.boxes = train!.boxes!.replace('"width":3', '"width":30');
    test!.event_time = '2026-03-04T11:00:00.000Z';
    expect(await rebuild(made)).toEqual([
      `image ${train!.image_id}: the label store has another record of it (job-1, 2026-03-04T10:00:00.000Z)`,
      `image ${test!.image_id}: the label store has another record of it (job-1, 2026-03-04T11:00:00.000Z)`,
      'snapshot.json',
      'train.tar.gz',
      // They name the snapshot by its digest.
      'validation.tar.gz',
      'test.tar.gz',
    ]);
  });

  it('names the images that the label store has no more, and those that it should not have', async () => {
    const made = await dataset();
    const [gone] = made.rows.splice(1, 1);
    made.rows.push({ ...gone!, image_id: 'e'.repeat(64) });
    expect(await rebuild(made)).toEqual([
      `image ${gone!.image_id}: the label store has no approved record of it any more`,
      `image ${'e'.repeat(64)}: it is in the label store, but not in the snapshot`,
    ]);
  });

  it('names an archive that is other than the job wrote it', async () => {
    const made = await dataset();
    const channels = structuredClone(made.channels);
    channels.channels.validation.sha256 = 'f'.repeat(64);
    expect(await rebuild(made, channels)).toEqual(['validation.tar.gz']);
  });

  it('stops at an image that is another', async () => {
    const made = await dataset();
    made.objects.set('s3://images/accepted/0.png', Buffer.from('something else'));
    await expect(rebuild(made)).rejects.toThrow(/accepted\/0\.png has the digest .* the object was overwritten/);
  });
});
