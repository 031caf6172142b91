import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AlikeImages,
  classNames,
  comparedImage,
  type FetchedImage,
  type FetchObject,
  fetchImages,
  type LabelledImage,
  labelQuery,
  leaksAcross,
  readLabelRow,
  type Snapshot,
  writeDataset,
} from '@assay/dataset';
import { writeExports } from '@assay/dataset/exports';
import { type ComparedImage, nearDuplicates } from '@assay/vision';
import type { Assignment } from './assign-splits.ts';
import { burstsAmong, type LoosePhotograph } from './bursts.ts';
import { partOf } from './groups.ts';
import { leakReport } from './leak-report.ts';
import type { LedgerStore } from './ledger-store.ts';
import { type SettleOptions, settled } from './settled.ts';
import { splitImages } from './split-images.ts';
import { groupNames, missingFromTest, takeSnapshot } from './take-snapshot.ts';

/** Images that a line of the log names. */
const MOST_NAMED = 20;

export interface PrepareOptions extends SettleOptions {
  /** Where `snapshot.json` will be once the job is done. */
  readonly snapshotUri: string;
  /** The folder of an output: `train`, `validation`, `test` or `snapshot`. */
  readonly outputFolder: (name: string) => string;
  /** Holds the images while the job runs, and is gone afterwards. */
  readonly workingFolder: string;
  readonly fetchObject: FetchObject;
  /** Data sets of one lineage measure on the same images, and never learn from them. */
  readonly lineage: string;
  readonly ledger: LedgerStore;
  /** Keeps a page that says why the job refuses its data. @returns where it is */
  readonly writeReport: (name: string, page: string) => Promise<string>;
}

/**
 * Makes a dataset out of the label store: `<split>.tar.gz` for each split, `snapshot.json` (every image with its
 * labels and its split), `channels.json` (the archives' digests) and `exports/` (what others read). The same labels give
 * the same bytes. Where each image belongs is written into the lineage's ledger first.
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
    // Compared while they come: the pixels of all of them would not fit into memory.
    const fetching = { ...options, folder: options.workingFolder };
    const files = await fetchImages(
      labelled,
      fetching,
      async ({ imageId, uri }, { bytes, ...file }): Promise<LabelledFile> => {
        return { imageId, ...file, compared: await comparedImage(uri, bytes) };
      },
    );
    const nearDuplicates = alikeAmong(labelled, files);
    if (nearDuplicates.length > 0) {
      const images = new Set(nearDuplicates.flatMap((pair) => pair.images)).size;
      log(`${images} images share pixels with one of another part: such parts stay together`);
    }
    const bursts = burstsAmong(loosePhotographs(labelled, files));
    if (bursts.length > 0)
      log(`${bursts.length} bursts: photographs of nobody knows what, taken right after each other`);
    const names = classNames(labelled);
    const joined = [...nearDuplicates.map(({ images }) => images), ...bursts];
    const { assignment, stored } = await splitImages(labelled, joined, {
      ...options,
      check: (found) => refuseLeaks(found, labelled, files, options),
    });
    const digests = new Map(files.map(({ imageId, sha256 }) => [imageId, sha256]));
    const source = { asOf, query, names, labelled, nearDuplicates, bursts, digests, assignment };
    const snapshot = await takeSnapshot(source, async (version) =>
      version === stored.ledger.version ? stored : options.ledger.version(version),
    );
    logExcluded(snapshot, log);
    logMissing(missingFromTest(snapshot, assignment), asOf, log);
    const byId = new Map(files.map((file) => [file.imageId, file]));
    await writeDataset(snapshot, byId, options);
    await writeExports(snapshot, byId, join(options.outputFolder('snapshot'), 'exports'));
  } finally {
    await rm(options.workingFolder, { recursive: true, force: true });
  }
}

/** Looks at the pixels once more, with the splits as they are going to be. */
async function refuseLeaks(
  assignment: Assignment,
  labelled: readonly LabelledImage[],
  files: readonly LabelledFile[],
  { lineage, writeReport }: PrepareOptions,
): Promise<void> {
  const splitOf = new Map(assignment.entries.map(({ imageId, split }) => [imageId, split]));
  const groupOf = groupNames(assignment);
  const stationOf = new Map(labelled.map(({ imageId, station }) => [imageId, station]));
  const leaks = leaksAcross(
    files.map(({ imageId, compared }) => ({
      imageId,
      split: splitOf.get(imageId) ?? 'excluded',
      group: groupOf.get(imageId) ?? imageId,
      station: stationOf.get(imageId) ?? '',
      compared,
    })),
  );
  if (leaks.length === 0) return;
  const paths = new Map(files.map(({ imageId, path }) => [imageId, path]));
  const shown = labelled.map((image) => {
    const { imageId, uri } = image;
    return [imageId, { path: paths.get(imageId) ?? '', uri, part: partOf(image) }] as const;
  });
  const uri = await writeReport('leaks.html', await leakReport(leaks, new Map(shown), lineage));
  throw new Error(
    `The data set leaks: ${leaks.length} pairs of images in different splits show the same. They are shown in ${uri}. ` +
      `Correct the splits that lineage ${lineage} was given, or begin another lineage.`,
  );
}

function logExcluded({ images }: Snapshot, log: (line: string) => void): void {
  const rules = Map.groupBy(images, ({ because }) => because?.rule);
  for (const [rule, { length }] of rules) if (rule !== undefined) log(`${length} images are left out: ${rule}`);
}

function logMissing(imageIds: readonly string[], asOf: string, log: (line: string) => void): void {
  if (imageIds.length === 0) return;
  const named = [...imageIds.slice(0, MOST_NAMED), ...(imageIds.length > MOST_NAMED ? ['…'] : [])].join(', ');
  log(`${imageIds.length} images of the test set have no approved label as of ${asOf}, so it lacks them: ${named}`);
}

/** A labelled image on this machine's disk. */
interface LabelledFile extends Omit<FetchedImage, 'bytes'> {
  readonly imageId: string;
  readonly compared: ComparedImage;
}

/** Those whose part is only a file's name, and of which it is known when they were taken: intake has noted both. */
function loosePhotographs(labelled: readonly LabelledImage[], files: readonly LabelledFile[]): LoosePhotograph[] {
  const stations = new Map(labelled.map(({ imageId, station }) => [imageId, station]));
  return files.flatMap(({ imageId, metadata }) => {
    const capturedAt = metadata['captured-at'];
    if (metadata['part-from'] !== 'file-name' || capturedAt === undefined) return [];
    return [{ imageId, station: stations.get(imageId) ?? '', capturedAt }];
  });
}

/** The images of different parts that share pixels. In the order of image ids: what is found depends on nothing else. */
function alikeAmong(labelled: readonly LabelledImage[], files: readonly LabelledFile[]): AlikeImages[] {
  const known = new Map(labelled.map((image) => [image.imageId, { group: partOf(image), place: image.station }]));
  const ordered = files.toSorted((a, b) => (a.imageId < b.imageId ? -1 : 1));
  const found = nearDuplicates(
    ordered.map(({ compared }) => compared),
    ordered.map(({ imageId }) => known.get(imageId)!),
  );
  return found.map(({ first, second, likeness }) => ({
    images: [ordered[first]!.imageId, ordered[second]!.imageId],
    likeness: Number(likeness.toFixed(3)),
  }));
}
