import { z } from 'zod';
import { sha256Schema } from './identifiers.ts';
import { s3UriSchema } from './s3-uri.ts';

/** More items than this travel as a manifest in S3. */
export const INLINE_ITEMS = 100;

/** Where a long list is: JSON Lines in the claim bucket, one item a line, as many as `count`, with this digest. */
export const claimManifestSchema = z.object({
  uri: s3UriSchema,
  sha256: sha256Schema,
  count: z.int().positive(),
});

export type ClaimManifest = z.output<typeof claimManifestSchema>;

/** A list as an event carries it: the items themselves, or the claim check for them. */
export type Claimable<Item> = { items: Item[] } | { manifest: ClaimManifest };

const itemSchemas = new WeakMap<object, z.ZodType>();

/** The schema of a list that may be claim-checked; the publisher recognises such fields by {@link itemSchemaOf}. */
export function claimable<Item extends z.ZodType>(item: Item) {
  const schema = z.union([
    z.object({ items: z.array(item).max(INLINE_ITEMS) }),
    z.object({ manifest: claimManifestSchema }),
  ]);
  itemSchemas.set(schema, item);
  return schema;
}

/** The schema of one item when `field` is a claimable list, else undefined. */
export function itemSchemaOf(field: object): z.ZodType | undefined {
  return itemSchemas.get(field);
}
