import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveEntry, writeArchive } from './channel-archive.ts';
import { encodeSnapshot, type Snapshot, type SnapshotImage, yoloLabels } from './snapshot.ts';
import { splits } from './splits.ts';

/** An image on this machine's disk, in a format that trainers read. */
export interface DatasetFile {
  readonly path: string;
  /** Of the format, without a dot. */
  readonly extension: string;
}

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
): Promise<void> {
  const { bytes, sha256 } = encodeSnapshot(snapshot);
  await mkdir(outputFolder('snapshot'), { recursive: true });
  await writeFile(join(outputFolder('snapshot'), 'snapshot.json'), bytes);

  const channels: Record<string, { sha256: string; bytes: number; images: number }> = {};
  for (const split of splits) {
    const images = snapshot.images.filter((image) => image.split === split);
    log(`${split}: ${images.length} images of ${snapshot.counts[split].groups} groups`);
    const data = {
      names: snapshot.names,
      snapshot: { uri: snapshotUri, sha256 },
      groups: Object.fromEntries(images.map(({ imageId, group }) => [imageId, group])),
    };
    await mkdir(outputFolder(split), { recursive: true });
    const archive = await writeArchive(
      join(outputFolder(split), `${split}.tar.gz`),
      channelEntries(images, Buffer.from(`${JSON.stringify(data)}\n`), files),
    );
    channels[split] = { ...archive, images: images.length };
  }
  await writeFile(join(outputFolder('snapshot'), 'channels.json'), encodeChannels(snapshot, sha256, channels));
  log(summary(snapshot, sha256));
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

/** `metadata` is text, for the model registry's metadata, which knows nothing else. */
function encodeChannels({ images }: Snapshot, snapshotSha256: string, channels: object): string {
  const metadata = { snapshotSha256, imageCount: String(images.length) };
  return `${JSON.stringify({ format: 'assay.channels/1', channels, metadata }, null, 1)}\n`;
}

function summary({ counts, names }: Snapshot, sha256: string): string {
  const boxes = splits.map((split) => `${split} ${counts[split].boxes}`).join(', ');
  return `snapshot ${sha256}: classes ${names.join(', ')}; boxes: ${boxes}`;
}
