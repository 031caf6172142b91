import { createHash } from 'node:crypto';
import type { Split } from './splits.ts';

export interface SnapshotBox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly classId: number;
}

export interface SnapshotImage {
  /** sha256 of the image's bytes. */
  readonly imageId: string;
  readonly uri: string;
  readonly width: number;
  readonly height: number;
  readonly station: string;
  readonly part: string;
  readonly origin: string;
  readonly labelingJob: string;
  readonly labeledAt: string;
  /** Images of one group show the same thing: a part, or parts of which photographs share pixels. */
  readonly group: string;
  readonly split: Split;
  /** In pixels of the upright image. */
  readonly boxes: readonly SnapshotBox[];
}

/** Two images of different parts that share pixels: the same thing under two names. */
export interface AlikeImages {
  readonly images: readonly [string, string];
  /** From 0 to 1: `likeness` in `@assay/vision`. */
  readonly likeness: number;
}

/** Exactly what a model is trained, validated and tested on. Its file's digest is the dataset's identity. */
export interface Snapshot {
  readonly format: 'assay.snapshot/1';
  readonly asOf: string;
  readonly query: string;
  /** Class names by id. */
  readonly names: readonly string[];
  readonly counts: Readonly<
    Record<Split, { readonly groups: number; readonly images: number; readonly boxes: number }>
  >;
  /** Why groups are larger than parts. */
  readonly nearDuplicates: readonly AlikeImages[];
  /** Ordered by image id. */
  readonly images: readonly SnapshotImage[];
}

/** The bytes of `snapshot.json` and their digest: the same labels give the same bytes. */
export function encodeSnapshot(snapshot: Snapshot): { bytes: Buffer; sha256: string } {
  const bytes = Buffer.from(`${JSON.stringify(snapshot, null, 1)}\n`);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/**
 * An image's label file: a line a box, `class cx cy w h`, as shares of the image's sides. Boxes are cut at the image's
 * edges; what lies outside has no line.
 */
export function yoloLabels({ width, height, boxes }: Pick<SnapshotImage, 'width' | 'height' | 'boxes'>): string {
  return boxes
    .map((box) => {
      const left = Math.max(0, box.left);
      const top = Math.max(0, box.top);
      const right = Math.min(width, box.left + box.width);
      const bottom = Math.min(height, box.top + box.height);
      if (right <= left || bottom <= top) return '';
      const shares = [
        (left + right) / 2 / width,
        (top + bottom) / 2 / height,
        (right - left) / width,
        (bottom - top) / height,
      ];
      return `${box.classId} ${shares.map((share) => share.toFixed(6)).join(' ')}\n`;
    })
    .join('');
}
