import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Snapshot } from '../snapshot.ts';
import { writeExports } from './index.ts';

const image = (
  digit: string,
  split: Snapshot['images'][number]['split'],
  boxes: Snapshot['images'][number]['boxes'],
) => ({
  imageId: digit.repeat(64),
  uri: `s3://images/accepted/${digit}.jpg`,
  width: 640,
  height: 480,
  station: 's1',
  part: `p"${digit}`,
  origin: 'upload',
  labelingJob: 'job-1',
  labeledAt: '2026-03-04T10:11:12.345Z',
  group: `s1/p"${digit}`,
  split,
  boxes,
});
const box = (classId: number) => ({ left: 1.5, top: 2, width: 30, height: 40.25, classId });
const counts = { groups: 1, images: 1, boxes: 1 };
const snapshot: Snapshot = {
  format: 'assay.snapshot/1',
  asOf: '2026-03-04T12:00:00.000Z',
  query: 'SELECT 1',
  names: ['scratch', 'dent'],
  lineage: { name: 'main', splits: { version: 1, sha256: '0'.repeat(64) }, testSet: { version: 1 } },
  counts: { train: counts, validation: counts, test: counts },
  nearDuplicates: [],
  bursts: [],
  images: [
    image('a', 'train', [box(0), box(1)]),
    image('b', 'test', [box(1)]),
    image('c', 'validation', []),
    { ...image('d', 'excluded', []), because: { rule: 'test-set-frozen', of: 'b'.repeat(64) } },
  ],
};
const files = new Map(snapshot.images.map(({ imageId }) => [imageId, { path: '', extension: 'jpg' }]));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exports-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function rowsOf(file: string) {
  const duckdb = await DuckDBInstance.create();
  const connection = await duckdb.connect();
  try {
    return (await connection.runAndReadAll(`SELECT * FROM read_parquet('${join(folder, file)}')`)).getRowObjectsJS();
  } finally {
    connection.closeSync();
    duckdb.closeSync();
  }
}

describe('the exports of a snapshot', () => {
  it('have a row an image and a row a box', async () => {
    await writeExports(snapshot, files, folder);
    const images = await rowsOf('images.parquet');
    expect(images).toHaveLength(4);
    expect(images[0]).toEqual({
      image_id: 'a'.repeat(64),
      uri: 's3://images/accepted/a.jpg',
      split: 'train',
      group: 's1/p"a',
      excluded_because: null,
      excluded_of: null,
      width: 640,
      height: 480,
      station: 's1',
      part: 'p"a',
      origin: 'upload',
      labeling_job: 'job-1',
      event_time: new Date('2026-03-04T10:11:12.345Z'),
      boxes: 2,
    });
    expect(images[3]).toMatchObject({
      split: 'excluded',
      excluded_because: 'test-set-frozen',
      excluded_of: 'b'.repeat(64),
    });
    expect(await rowsOf('boxes.parquet')).toMatchObject([
      { image_id: 'a'.repeat(64), class_id: 0, class_name: 'scratch', left: 1.5, top: 2, width: 30, height: 40.25 },
      { image_id: 'a'.repeat(64), class_id: 1, class_name: 'dent' },
      { image_id: 'b'.repeat(64), split: 'test' },
    ]);
  });

  it('have a COCO file a split, with what each image belongs to', async () => {
    await writeExports(snapshot, files, folder);
    const coco = JSON.parse(await readFile(join(folder, 'coco-train.json'), 'utf8'));
    expect(coco.images).toEqual([
      {
        id: 1,
        file_name: `${'a'.repeat(64)}.jpg`,
        width: 640,
        height: 480,
        group: 's1/p"a',
        sha256: 'a'.repeat(64),
        uri: 's3://images/accepted/a.jpg',
      },
    ]);
    expect(coco.annotations[1]).toEqual({
      id: 2,
      image_id: 1,
      category_id: 1,
      bbox: [1.5, 2, 30, 40.25],
      area: 1207.5,
      iscrowd: 0,
    });
    expect(coco.categories).toEqual([
      { id: 0, name: 'scratch' },
      { id: 1, name: 'dent' },
    ]);
  });

  it('have the same bytes for the same snapshot', async () => {
    await writeExports(snapshot, files, join(folder, 'one'));
    await writeExports(snapshot, files, join(folder, 'two'));
    const names = await readdir(join(folder, 'one'));
    expect(names.sort()).toEqual([
      'boxes.parquet',
      'coco-test.json',
      'coco-train.json',
      'coco-validation.json',
      'data.yaml',
      'images.parquet',
    ]);
    for (const name of names)
      expect(await readFile(join(folder, 'two', name))).toEqual(await readFile(join(folder, 'one', name)));
  });
});
