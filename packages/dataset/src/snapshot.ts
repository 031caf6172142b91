import { createHash } from 'node:crypto';
import { z } from 'zod';
import { splits } from './splits.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256');
const count = z.int().min(0);
const countsSchema = z.object({ groups: count, images: count, boxes: count });

const imageSchema = z.object({
  /** sha256 of what was uploaded. */
  imageId: sha256,
  /** Of the image's bytes, where intake had to make the image of the upload: upright, 8 bits. Else it is the id. */
  sha256: sha256.optional(),
  uri: z.string().startsWith('s3://'),
  width: z.int().positive(),
  height: z.int().positive(),
  station: z.string(),
  part: z.string(),
  origin: z.string(),
  /** The label record is that of this image and this job, as of this event time. */
  labelingJob: z.string(),
  labeledAt: z.string(),
  /** Images of one group show the same thing: a part, or parts of which photographs share pixels. */
  group: z.string(),
  /** `excluded` are in no archive: they would leak wherever they were. */
  split: z.enum([...splits, 'excluded']),
  /** Why it is excluded: the rule, and the image of a split that it belongs to. */
  because: z.object({ rule: z.string(), of: sha256 }).optional(),
  /** In pixels of the upright image. */
  boxes: z.array(
    z.object({ left: z.number(), top: z.number(), width: z.number(), height: z.number(), classId: count }),
  ),
});

export type SnapshotImage = z.output<typeof imageSchema>;

/** Two images of different parts that share pixels: the same thing under two names. */
const alikeSchema = z.object({
  images: z.tuple([sha256, sha256]),
  /** From 0 to 1: `likeness` in `@assay/vision`. */
  likeness: z.number(),
});

export type AlikeImages = z.output<typeof alikeSchema>;

const snapshotSchema = z.object({
  format: z.literal('assay.snapshot/1'),
  asOf: z.string(),
  /** Finds the label records, as they were. */
  query: z.string(),
  /** Class names by id. */
  names: z.array(z.string()),
  lineage: z.object({
    name: z.string(),
    /** The version of the lineage's splits that these are of: `lineages/<name>/splits/<version>.json`. */
    splits: z.object({ version: z.int().positive(), sha256 }),
    testSet: z.object({
      /** In which the last of its images came to it. */
      version: z.int().positive(),
      /**
       * Of its images' ids, ordered, a line each: data sets that say the same measure on the same images. The version alone
       * doesn't tell: images whose labels were rejected since, or came later, are missing. Former snapshots have none.
       */
      sha256: sha256.optional(),
    }),
  }),
  counts: z.object({ train: countsSchema, validation: countsSchema, test: countsSchema }),
  /** Why groups are larger than parts: images that share pixels, */
  nearDuplicates: z.array(alikeSchema),
  /** and images of which nobody has said what they are of, taken at one station one right after the other. */
  bursts: z.array(z.array(sha256)),
  /** Ordered by image id. */
  images: z.array(imageSchema),
});

/** Exactly what a model is trained, validated and tested on. Its file's digest is the dataset's identity. */
export type Snapshot = z.output<typeof snapshotSchema>;

/** @throws Error naming the file and what in it is wrong */
export function parseSnapshot(text: string, name: string): Snapshot {
  const parsed = snapshotSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`${name} is no snapshot of a data set: ${issue?.path.join('.')}: ${issue?.message}`);
}

/** The bytes of `snapshot.json` and their digest: the same labels give the same bytes. */
export function encodeSnapshot(snapshot: Snapshot): { bytes: Buffer; sha256: string } {
  const bytes = Buffer.from(`${JSON.stringify(snapshot, null, 1)}\n`);
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Digits of a share after the point. */
const DIGITS = 6;

/**
 * An image's label file: a line a box, `class cx cy w h`, as shares of the image's sides. Boxes are cut at the image's
 * edges. What lies outside has no line, nor what is too narrow for the digits: trainers refuse a box without a width, and
 * all of its archive.
 */
export function yoloLabels({ width, height, boxes }: Pick<SnapshotImage, 'width' | 'height' | 'boxes'>): string {
  return boxes
    .map((box) => {
      const left = Math.max(0, box.left);
      const top = Math.max(0, box.top);
      const right = Math.min(width, box.left + box.width);
      const bottom = Math.min(height, box.top + box.height);
      if (right <= left || bottom <= top) return '';
      const place = [(left + right) / 2 / width, (top + bottom) / 2 / height];
      const size = [(right - left) / width, (bottom - top) / height].map((share) => share.toFixed(DIGITS));
      if (size.some((share) => Number(share) === 0)) return '';
      return `${box.classId} ${[...place.map((share) => share.toFixed(DIGITS)), ...size].join(' ')}\n`;
    })
    .join('');
}
