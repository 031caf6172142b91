import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Channels, writeDataset } from './channels.ts';
import { type FetchObject, fetchImages } from './image-files.ts';
import { classNames, type LabelledImage, type QueryRows, readLabelRow } from './labels.ts';
import { encodeSnapshot, type Snapshot, type SnapshotImage } from './snapshot.ts';
import { splits } from './splits.ts';

export interface RebuildOptions {
  readonly snapshot: Snapshot;
  /** What the job wrote beside the snapshot. */
  readonly channels: Channels;
  /** Where the data set goes: a folder an output, as the job's. */
  readonly folder: string;
  readonly query: QueryRows;
  readonly fetchObject: FetchObject;
  readonly log: (line: string) => void;
}

/**
 * Makes a data set again out of what it was made of: each image by its digest, each label record as of its event time, from the
 * label store by the snapshot's own query. Groups and splits are the snapshot's: they are decisions, and the lineage has them.
 *
 * @returns what is other than it was, a line each; nothing when all is the same, bit for bit
 * @throws Error naming the image that can't be had any more, or is another
 */
export async function rebuildDataset(options: RebuildOptions): Promise<string[]> {
  const { snapshot, channels, folder, query, log } = options;
  const labelled: LabelledImage[] = [];
  for await (const row of query(snapshot.query)) labelled.push(readLabelRow(row));
  log(`${labelled.length} approved images as of ${snapshot.asOf}`);
  const records = new Map(labelled.map((image) => [image.imageId, image]));

  const differences: string[] = [];
  const images = snapshot.images.map((image) => {
    const record = records.get(image.imageId);
    if (record !== undefined) return withRecord(image, record);
    differences.push(`image ${image.imageId}: the label store has no approved record of it any more`);
    return image;
  });
  for (const [index, image] of images.entries())
    if (JSON.stringify(image) !== JSON.stringify(snapshot.images[index]))
      differences.push(
        `image ${image.imageId}: the label store has another record of it (${image.labelingJob}, ${image.labeledAt})`,
      );
  const known = new Set(snapshot.images.map(({ imageId }) => imageId));
  for (const { imageId } of labelled)
    if (!known.has(imageId)) differences.push(`image ${imageId}: it is in the label store, but not in the snapshot`);

  const rebuilt = { ...snapshot, names: labelled.length > 0 ? classNames(labelled) : snapshot.names, images };
  const workingFolder = join(folder, 'working');
  try {
    const used = images.filter(({ split }) => split !== 'excluded');
    const files = await fetchImages(
      used,
      { ...options, folder: workingFolder },
      ({ imageId }, { path, extension }) => [imageId, { path, extension }] as const,
    );
    const outputFolder = (name: string) => join(folder, name);
    const again = await writeDataset(rebuilt, new Map(files), {
      snapshotUri: channels.snapshot.uri,
      outputFolder,
      log,
    });
    if (encodeSnapshot(rebuilt).sha256 !== channels.snapshot.sha256) differences.push('snapshot.json');
    for (const split of splits)
      if (again.channels[split].sha256 !== channels.channels[split].sha256) differences.push(`${split}.tar.gz`);
  } finally {
    await rm(workingFolder, { recursive: true, force: true });
  }
  return differences;
}

/** The image as the label store has it. */
function withRecord(image: SnapshotImage, record: LabelledImage): SnapshotImage {
  const { uri, width, height, station, part, origin, labelingJob, labeledAt } = record;
  const boxes = record.boxes.map(({ left, top, width, height, classId }) => ({ left, top, width, height, classId }));
  return { ...image, uri, width, height, station, part, origin, labelingJob, labeledAt, boxes };
}
