import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ArchiveEntry, writeArchive } from './channel-archive.ts';
import { stationOf } from './leaks.ts';
import { encodeSnapshot, type Snapshot, type SnapshotImage, yoloLabels } from './snapshot.ts';
import { type Split, splits } from './splits.ts';

/** An image on this machine's disk, in a format that trainers read. */
export interface DatasetFile {
  readonly path: string;
  /** Of the format, without a dot. */
  readonly extension: string;
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256');
const archiveSchema = z.object({ sha256, bytes: z.int(), images: z.int() });

/** `channels.json`: the archives' digests, beside the snapshot. */
export const channelsSchema = z.object({
  format: z.literal('assay.channels/1'),
  /** Where the snapshot is, as the archives say it. */
  snapshot: z.object({ uri: z.string(), sha256 }),
  channels: z.object({ train: archiveSchema, validation: archiveSchema, test: archiveSchema }),
  /** Text, for the model registry's metadata, which knows nothing else. */
  metadata: z.object({ snapshotSha256: sha256, imageCount: z.string() }),
});

export type Channels = z.output<typeof channelsSchema>;

export interface DatasetOptions {
  /** Where `snapshot.json` is for those who read the archives. */
  readonly snapshotUri: string;
  /** The folder of an output: `train`, `validation`, `test` or `snapshot`. */
  readonly outputFolder: (name: string) => string;
  readonly log: (line: string) => void;
}

/**
 * Writes a snapshot's files: `snapshot/snapshot.json`, an archive of each split, and `snapshot/channels.json` with the
 * archives' digests. The same snapshot gives the same bytes.
 *
 * @param files the images, by id
 */
export async function writeDataset(
  snapshot: Snapshot,
  files: ReadonlyMap<string, DatasetFile>,
  { snapshotUri, outputFolder, log }: DatasetOptions,
): Promise<Channels> {
  const { bytes, sha256 } = encodeSnapshot(snapshot);
  await mkdir(outputFolder('snapshot'), { recursive: true });
  await writeFile(join(outputFolder('snapshot'), 'snapshot.json'), bytes);

  const archiveOf = async (split: Split) => {
    const images = snapshot.images.filter((image) => image.split === split);
    log(`${split}: ${images.length} images of ${snapshot.counts[split].groups} groups`);
    const unseen = images.reduce((sum, image) => sum + image.boxes.length - linesOf(yoloLabels(image)), 0);
    if (unseen > 0) log(`${split}: ${unseen} boxes are left out: nothing of them can be seen in their images`);
    const data = {
      names: snapshot.names,
      snapshot: { uri: snapshotUri, sha256 },
      groups: Object.fromEntries(images.map(({ imageId, group }) => [imageId, group])),
      ...stationsBeside(images),
    };
    await mkdir(outputFolder(split), { recursive: true });
    const archive = await writeArchive(
      join(outputFolder(split), `${split}.tar.gz`),
      channelEntries(images, Buffer.from(`${JSON.stringify(data)}\n`), files),
    );
    return { ...archive, images: images.length };
  };
  const archives = {
    train: await archiveOf('train'),
    validation: await archiveOf('validation'),
    test: await archiveOf('test'),
  };
  const count = archives.train.images + archives.validation.images + archives.test.images;
  const channels: Channels = {
    format: 'assay.channels/1',
    snapshot: { uri: snapshotUri, sha256 },
    channels: archives,
    metadata: { snapshotSha256: sha256, imageCount: String(count) },
  };
  await writeFile(join(outputFolder('snapshot'), 'channels.json'), `${JSON.stringify(channels, null, 1)}\n`);
  log(summary(snapshot, sha256));
  return channels;
}

/** In the order of their names, so that the archive depends on nothing else. */
async function* channelEntries(
  images: readonly SnapshotImage[],
  data: Uint8Array,
  files: ReadonlyMap<string, DatasetFile>,
): AsyncGenerator<ArchiveEntry> {
  yield { name: 'data.json', bytes: data };
  for (const { imageId } of images) {
    const file = files.get(imageId);
    if (file === undefined) throw new Error(`image ${imageId} was not fetched`);
    yield { name: `images/${imageId}.${file.extension}`, bytes: await readFile(file.path) };
  }
  for (const image of images) {
    yield { name: `labels/${image.imageId}.txt`, bytes: Buffer.from(yoloLabels(image)) };
  }
}

/** The stations of images whose group is called by a part at another one. */
function stationsBeside(images: readonly SnapshotImage[]) {
  const others = images.filter(({ station, group }) => stationOf(group) !== station);
  return (
    others.length > 0 && { stations: Object.fromEntries(others.map(({ imageId, station }) => [imageId, station])) }
  );
}

const linesOf = (text: string): number => text.split('\n').length - 1;

function summary({ counts, names }: Snapshot, sha256: string): string {
  const boxes = splits.map((split) => `${split} ${counts[split].boxes}`).join(', ');
  return `snapshot ${sha256}: classes ${names.join(', ')}; boxes: ${boxes}`;
}
