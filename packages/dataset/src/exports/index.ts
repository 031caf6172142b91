import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetFile } from '../channels.ts';
import type { Snapshot } from '../snapshot.ts';
import { splits } from '../splits.ts';
import { cocoOf } from './coco.ts';
import { writeParquet } from './parquet.ts';

/**
 * Writes a snapshot as others read it: `images.parquet` and `boxes.parquet` for pandas and its like, `coco-<split>.json`, and
 * `data.yaml`, with which the unpacked archives are a data set of Ultralytics'. The same snapshot gives the same bytes.
 *
 * @param files the images, by id
 */
export async function writeExports(
  snapshot: Snapshot,
  files: ReadonlyMap<string, DatasetFile>,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeParquet(snapshot, { images: join(folder, 'images.parquet'), boxes: join(folder, 'boxes.parquet') });
  const fileName = (imageId: string) => `${imageId}.${files.get(imageId)?.extension}`;
  for (const split of splits)
    await writeFile(join(folder, `coco-${split}.json`), `${JSON.stringify(cocoOf(snapshot, split, fileName))}\n`);
  await writeFile(join(folder, 'data.yaml'), ultralyticsData(snapshot));
}

/** JSON is YAML. The folders are those into which the archives are unpacked, by the names of their splits. */
function ultralyticsData({ names }: Snapshot): string {
  const folders = { train: 'train/images', val: 'validation/images', test: 'test/images' };
  return `${JSON.stringify({ ...folders, names: Object.fromEntries(names.entries()) }, null, 1)}\n`;
}
