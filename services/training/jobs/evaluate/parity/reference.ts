import type { ModelManifest } from '@assay/inspector-core';
import { z } from 'zod';

/** More says nothing more, and takes memory. */
const MOST_IMAGES = 32;
const BOX_VALUES = 4;

const referenceSchema = z.object({
  format: z.literal('assay.reference/1'),
  images: z
    .array(
      z.object({
        imageId: z.string(),
        /** A file of the archive with the network's exact input. */
        planes: z.string(),
        /** `[anchor, cx, cy, w, h, score_0, …]` as `output0` should have them. */
        answers: z.array(z.array(z.number())).min(1),
      }),
    )
    .min(1)
    .max(MOST_IMAGES),
});

/** What the trainer's own network answers on an image of the validation split. */
export interface ReferenceImage {
  readonly imageId: string;
  /** [3, height, width]: the network's exact input, 0 to 255. */
  readonly planes: Uint8Array;
  /** The anchors with the highest scores, each `[anchor, cx, cy, w, h, score_0, …]`. */
  readonly answers: readonly (readonly number[])[];
}

export type Reference = readonly ReferenceImage[];

/**
 * Reads a trainer's `reference.json` and the planes beside it.
 *
 * @param archive for messages
 * @returns undefined when there is none
 * @throws Error naming what is wrong with it
 */
export function readReference(
  archive: string,
  files: ReadonlyMap<string, Uint8Array>,
  { names, imageSize: { width, height } }: ModelManifest,
): Reference | undefined {
  const json = files.get('reference.json');
  if (json === undefined) return undefined;
  const parsed = referenceSchema.safeParse(JSON.parse(Buffer.from(json).toString()));
  if (!parsed.success) {
    throw new Error(`reference.json in ${archive} isn't of the format assay.reference/1: ${parsed.error.message}`, {
      cause: parsed.error,
    });
  }
  const length = 1 + BOX_VALUES + names.length;
  return parsed.data.images.map(({ imageId, planes: name, answers }) => {
    const planes = files.get(name);
    if (planes?.length !== 3 * height * width) {
      throw new Error(
        `${archive} has ${planes?.length ?? 'no'} bytes of ${name}; an input has 3 × ${height} × ${width}`,
      );
    }
    if (answers.some((answer) => answer.length !== length)) {
      throw new Error(
        `reference.json in ${archive} has an answer that isn't an anchor, a box and ${names.length} scores`,
      );
    }
    return { imageId, planes, answers };
  });
}
