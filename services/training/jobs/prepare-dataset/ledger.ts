import { createHash } from 'node:crypto';
import { splits } from '@assay/dataset';
import { z } from 'zod';

const imageId = z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256');

/** Why an image is learnt from no more, or never was. */
const exclusionSchema = z.object({
  /**
   * `test-set-frozen`: a later photograph of what is in the test set, which grows by new groups only.
   * `shows-what-is-tested`: it turned out that it shows what a more protected split has.
   * `shows-what-is-excluded`: it belongs to images that are excluded.
   */
  rule: z.enum(['test-set-frozen', 'shows-what-is-tested', 'shows-what-is-excluded']),
  /** The image of the other split that it belongs to. */
  of: imageId,
});

export type Exclusion = z.output<typeof exclusionSchema>;

const entrySchema = z.object({
  imageId,
  /** `<station>/<part>`: a later photograph of it belongs here, too. */
  part: z.string().min(1),
  split: z.enum([...splits, 'excluded']),
  /** The version in which it came here. */
  since: z.int().positive(),
  because: exclusionSchema.optional(),
});

/** Where an image is, for good. */
export type LedgerEntry = z.output<typeof entrySchema>;

const ledgerSchema = z.object({
  format: z.literal('assay.splits/1'),
  lineage: z.string().min(1),
  version: z.int().positive(),
  /** sha256 of the version before; null for the first one. */
  previous: imageId.nullable(),
  /** Labels of this instant made it. */
  asOf: z.iso.datetime(),
  /**
   * Of the first version, for the lineage as a whole: a split that somebody brought along, a published one. What leaks in it
   * is refused instead of excluded, so that nobody takes for it what is another. Images that came later are no part of it.
   */
  given: z.boolean().optional(),
  /** Ordered by image id. */
  images: z.array(entrySchema),
});

/** One version of a lineage's splits: where every image is that it has ever seen. */
export type Ledger = z.output<typeof ledgerSchema>;

/** @throws Error naming the file and what in it is wrong */
export function parseLedger(bytes: Uint8Array, uri: string): Ledger {
  const faultsOf = (faults: string) =>
    new Error(`${uri} can't be understood: ${faults}. Restore it, or begin another lineage.`);
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(bytes).toString());
  } catch {
    throw faultsOf('it is not JSON');
  }
  const parsed = ledgerSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw faultsOf(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  return parsed.data;
}

/** The bytes of a version: the same images give the same bytes. */
export function encodeLedger(ledger: Ledger): Buffer {
  return Buffer.from(`${JSON.stringify(ledger, null, 1)}\n`);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
