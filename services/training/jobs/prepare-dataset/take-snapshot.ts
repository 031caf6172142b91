import {
  type AlikeImages,
  type LabelledImage,
  type Snapshot,
  type SnapshotImage,
  type Split,
  splits,
} from '@assay/dataset';
import type { Assignment } from './assign-splits.ts';
import { sha256Of } from './ledger.ts';
import type { StoredLedger } from './ledger-store.ts';

export interface SnapshotSource {
  readonly asOf: string;
  readonly query: string;
  readonly names: readonly string[];
  readonly labelled: readonly LabelledImage[];
  readonly nearDuplicates: readonly AlikeImages[];
  readonly bursts: readonly string[][];
  /** Digests of the images' bytes, by id. */
  readonly digests: ReadonlyMap<string, string>;
  readonly assignment: Assignment;
}

/**
 * Puts together what a data set is.
 *
 * @param versionOf reads a version of the lineage's splits: the snapshot names the one in which the last of its images came to
 *   where it is, so that the same labels give the same snapshot, whatever the lineage has seen since
 * @throws Error when a split has no image, or no defect
 */
export async function takeSnapshot(
  { asOf, query, names, labelled, nearDuplicates, bursts, digests, assignment }: SnapshotSource,
  versionOf: (version: number) => Promise<StoredLedger>,
): Promise<Snapshot> {
  const entries = new Map(assignment.entries.map((entry) => [entry.imageId, entry]));
  const groupOf = groupNames(assignment);
  const versions: Record<SnapshotImage['split'], number> = { train: 0, validation: 0, test: 0, excluded: 0 };
  const images = labelled
    .map((image): SnapshotImage => {
      const entry = entries.get(image.imageId);
      const group = groupOf.get(image.imageId);
      if (entry === undefined || group === undefined) throw new Error(`image ${image.imageId} has no split`);
      const { imageId, uri, width, height, station, part, origin, labelingJob, labeledAt } = image;
      const { split, since, because } = entry;
      versions[split] = Math.max(versions[split], since);
      const boxes = image.boxes.map(({ left, top, width, height, classId }) => ({ left, top, width, height, classId }));
      const sha256 = digests.get(imageId);
      const identity = { imageId, ...(sha256 !== imageId && { sha256 }) };
      const known = { ...identity, uri, width, height, station, part, origin, labelingJob, labeledAt, group, split };
      return { ...known, ...(because && { because }), boxes };
    })
    .sort((a, b) => (a.imageId < b.imageId ? -1 : 1));
  const counts = {
    train: count(images, 'train'),
    validation: count(images, 'validation'),
    test: count(images, 'test'),
  };
  checkSplits(counts, assignment);
  const { ledger, sha256 } = await versionOf(Math.max(...Object.values(versions)));
  const lineage = {
    name: ledger.lineage,
    splits: { version: ledger.version, sha256 },
    testSet: { version: versions.test, sha256: testSetDigest(images) },
  };
  return {
    format: 'assay.snapshot/1',
    asOf,
    query,
    names: [...names],
    lineage,
    counts,
    nearDuplicates: [...nearDuplicates],
    bursts: [...bursts],
    images,
  };
}

/** What each image belongs to. */
export function groupNames({ groups }: Assignment): Map<string, string> {
  return new Map(groups.flatMap(({ name, images }) => images.map((imageId) => [imageId, name])));
}

/** Images that the lineage tests on, and that have no approved label as of the snapshot's instant: ids, ordered. */
export function missingFromTest({ images }: Snapshot, { entries }: Assignment): string[] {
  const present = new Set(images.map(({ imageId }) => imageId));
  return entries.flatMap(({ imageId, split }) => (split === 'test' && !present.has(imageId) ? [imageId] : []));
}

function testSetDigest(images: readonly SnapshotImage[]): string {
  const ids = images.flatMap(({ imageId, split }) => (split === 'test' ? [`${imageId}\n`] : []));
  return sha256Of(Buffer.from(ids.join('')));
}

function count(images: readonly SnapshotImage[], split: Split) {
  const members = images.filter((image) => image.split === split);
  return {
    groups: new Set(members.map(({ group }) => group)).size,
    images: members.length,
    boxes: members.reduce((sum, { boxes }) => sum + boxes.length, 0),
  };
}

function checkSplits(counts: Snapshot['counts'], { groups }: Assignment): void {
  const empty = splits.filter((split) => counts[split].images === 0);
  if (empty.length > 0)
    throw new Error(
      `The approved images show ${groups.length} different things, of which none is left for ${empty.join(' and ')}; training, ` +
        'validation and test need one each at least. Upload and label photographs of more parts.',
    );
  const faultless = splits.filter((split) => counts[split].boxes === 0);
  if (faultless.length === 0) return;
  const defects = splits.reduce((sum, split) => sum + counts[split].boxes, 0);
  throw new Error(
    `The approved images show ${defects} defects, of which none is in ${faultless.join(' and ')}; training, validation and ` +
      'test need one each at least: nothing can be learnt or measured on faultless parts alone. Upload and label ' +
      'photographs of more parts with defects, or wait until they are labelled, then train again.',
  );
}
