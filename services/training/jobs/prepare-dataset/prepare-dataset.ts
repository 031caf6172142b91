import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { nearDuplicates } from '@assay/vision';
import { type ArchiveEntry, writeArchive } from '../container/channel-archive.ts';
import { partOf } from './groups.ts';
import { classNames, type LabelledImage, labelQuery, readLabelRow } from './label-query.ts';
import { fetchLabelled, type LabelledFile } from './labelled-files.ts';
import { splits } from './part-groups.ts';
import { type SettleOptions, settled } from './settled.ts';
import {
  type AlikeImages,
  encodeSnapshot,
  type Snapshot,
  type SnapshotImage,
  takeSnapshot,
  yoloLabels,
} from './snapshot.ts';

export interface PrepareOptions extends SettleOptions {
  /** Where `snapshot.json` will be once the job is done. */
  readonly snapshotUri: string;
  /** The folder of an output: `train`, `validation`, `test` or `snapshot`. */
  readonly outputFolder: (name: string) => string;
  /** Holds the images while the job runs, and is gone afterwards. */
  readonly workingFolder: string;
  readonly fetchObject: (uri: string) => Promise<Uint8Array>;
}

/**
 * Makes a dataset out of the label store: `<split>.tar.gz` for each split, `snapshot.json` (every image with its
 * labels and its split) and `channels.json` (the archives' digests). The same labels give the same bytes.
 *
 * @throws Error naming the image, class or part that stands in the way, and the remedy
 */
export async function prepareDataset(options: PrepareOptions): Promise<void> {
  const { asOf, table, log } = options;
  const query = labelQuery({ table, asOf, writtenBy: await settled(options) });
  log(`querying ${table} as of ${asOf}`);
  const labelled: LabelledImage[] = [];
  for await (const row of options.query(query)) labelled.push(readLabelRow(row));
  log(`${labelled.length} approved images`);

  try {
    const files = await fetchLabelled(labelled, { ...options, folder: options.workingFolder });
    const alike = alikeAmong(labelled, files);
    if (alike.length > 0) {
      const images = new Set(alike.flatMap((pair) => pair.images)).size;
      log(`${images} images share pixels with one of another part: such parts stay together`);
    }
    const snapshot = takeSnapshot(asOf, query, classNames(labelled), labelled, alike);
    await writeDataset(snapshot, new Map(files.map((file) => [file.imageId, file])), options);
  } finally {
    await rm(options.workingFolder, { recursive: true, force: true });
  }
}

/** The images of different parts that share pixels. In the order of image ids: what is found depends on nothing else. */
function alikeAmong(labelled: readonly LabelledImage[], files: readonly LabelledFile[]): AlikeImages[] {
  const parts = new Map(labelled.map((image) => [image.imageId, partOf(image)]));
  const ordered = files.toSorted((a, b) => (a.imageId < b.imageId ? -1 : 1));
  const found = nearDuplicates(
    ordered.map(({ compared }) => compared),
    ordered.map(({ imageId }) => parts.get(imageId) ?? ''),
  );
  return found.map(({ first, second, likeness }) => ({
    images: [ordered[first]!.imageId, ordered[second]!.imageId],
    likeness: Number(likeness.toFixed(3)),
  }));
}

async function writeDataset(
  snapshot: Snapshot,
  files: ReadonlyMap<string, LabelledFile>,
  { snapshotUri, outputFolder, log }: PrepareOptions,
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
  files: ReadonlyMap<string, LabelledFile>,
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
