import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '../../../../shared/data/bad-images');

const answerSchema = z.enum(['accept', 'normalise', 'quarantine']);
const manifestSchema = z.object({
  entries: z.array(
    z.object({
      file: z.string(),
      group: z.string(),
      what: z.string(),
      submit_as: z.string().optional(),
      expect: answerSchema,
      also_acceptable: z.array(answerSchema),
    }),
  ),
});

/** What became of a bad image, in the words of the collection. */
export type Answer = z.output<typeof answerSchema>;

/** One of the collection of bad images: a file, the name that it is uploaded under, and the answers that are right. */
export interface BadImage {
  readonly name: string;
  readonly group: string;
  readonly what: string;
  readonly bytes: Buffer;
  readonly right: readonly Answer[];
}

/** The collection, which is no part of the repository; undefined where it is not. */
export function readBadImages(): BadImage[] | undefined {
  if (!existsSync(root)) return undefined;
  const { entries } = manifestSchema.parse(JSON.parse(readFileSync(path.join(root, 'manifest.json'), 'utf8')));
  return entries.map(({ file, group, what, submit_as, expect, also_acceptable }) => ({
    name: submit_as ?? path.basename(file),
    group,
    what,
    bytes: readFileSync(path.join(root, file)),
    right: [expect, ...also_acceptable],
  }));
}
