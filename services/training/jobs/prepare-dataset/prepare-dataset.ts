import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ArchiveEntry, writeArchive } from '../container/channel-archive.ts';
import { toImageFile } from './image-file.ts';
import { classNames, labelQuery, readLabelRow } from './label-query.ts';
import { orderedPrefetch } from './ordered-prefetch.ts';
import { type Split, splits } from './part-groups.ts';
import { type SettleOptions, settled } from './settled.ts';
import { encodeSnapshot, type Snapshot, type SnapshotImage, takeSnapshot, yoloLabels } from './snapshot.ts';

const DOWNLOADS_AT_A_TIME = 8;
const PROGRESS_EVERY = 100;

export interface PrepareOptions extends SettleOptions {
  /** Where `snapshot.json` will be once the job is done. */
  readonly snapshotUri: string;
  /** The folder of an output: `train`, `validation`, `test` or `snapshot`. */
  readonly outputFolder: (name: string) => string;
  readonly fetchObject: (uri: string) => Promise<Uint8Array>;
}

/**
 * Makes a dataset out of the label store: `<split>.tar.gz` for each split, `snapshot.json` (every image with its
 * labels and its split) and `channels.json` (the archives' digests). The same labels give the same bytes.
 *
 * @throws Error naming the image, class or part that stands in the way, and the remedy
 */
export async function prepareDataset(options: PrepareOptions): Promise<void> {
  const { asOf, table, snapshotUri, outputFolder, log } = options;
  const query = labelQuery({ table, asOf, writtenBy: await settled(options) });
  log(`querying ${table} as of ${asOf}`);
  const labelled = [];
  for await (const row of options.query(query)) labelled.push(readLabelRow(row));
  log(`${labelled.length} approved images`);

  const snapshot = takeSnapshot(asOf, query, classNames(labelled), labelled);
  const { bytes, sha256 } = encodeSnapshot(snapshot);
  const data = Buffer.from(`${JSON.stringify({ names: snapshot.names, snapshot: { uri: snapshotUri, sha256 } })}\n`);
  await mkdir(outputFolder('snapshot'), { recursive: true });
  await writeFile(join(outputFolder('snapshot'), 'snapshot.json'), bytes);

  const channels: Record<string, { sha256: string; bytes: number; images: number }> = {};
  for (const split of splits) {
    const images = snapshot.images.filter((image) => image.split === split);
    log(`${split}: ${images.length} images of ${snapshot.counts[split].groups} parts`);
    await mkdir(outputFolder(split), { recursive: true });
    const archive = await writeArchive(
      join(outputFolder(split), `${split}.tar.gz`),
      channelEntries(split, images, data, options),
    );
    channels[split] = { ...archive, images: images.length };
  }
  await writeFile(join(outputFolder('snapshot'), 'channels.json'), encodeChannels(snapshot, sha256, channels));
  log(summary(snapshot, sha256));
}

/** In the order of their names, so that the archive depends on nothing else. */
async function* channelEntries(
  split: Split,
  images: readonly SnapshotImage[],
  data: Uint8Array,
  { fetchObject, log }: PrepareOptions,
): AsyncGenerator<ArchiveEntry> {
  yield { name: 'data.json', bytes: data };
  let done = 0;
  const files = orderedPrefetch(images, DOWNLOADS_AT_A_TIME, async ({ imageId, uri }) => {
    const { extension, bytes } = await toImageFile(imageId, uri, await fetchObject(uri));
    return { name: `images/${imageId}.${extension}`, bytes };
  });
  for await (const file of files) {
    yield file;
    done++;
    if (done % PROGRESS_EVERY === 0) log(`${split}: ${done} of ${images.length} images`);
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
