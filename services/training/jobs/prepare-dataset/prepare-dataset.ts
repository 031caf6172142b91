import { rm } from 'node:fs/promises';
import {
  type AlikeImages,
  classNames,
  type LabelledImage,
  labelQuery,
  readLabelRow,
  writeDataset,
} from '@assay/dataset';
import { nearDuplicates } from '@assay/vision';
import { partOf } from './groups.ts';
import { fetchLabelled, type LabelledFile } from './labelled-files.ts';
import { type SettleOptions, settled } from './settled.ts';
import { takeSnapshot } from './take-snapshot.ts';

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
