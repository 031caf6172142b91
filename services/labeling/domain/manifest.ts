import { explain, imageRefSchema } from '@assay/events';
import { PermanentError } from '@assay/lambda-kit';
import { z } from 'zod';
import { BOXES, VERDICT } from './job-request.ts';
import { parseJson } from './parse-json.ts';
import type { QueuedImage } from './ports.ts';

const metadata = z.looseObject({
  // Of an object that failed there may be nothing but the reason.
  'creation-date': z
    .string()
    .refine((date) => !Number.isNaN(Date.parse(date)), 'is no date')
    .optional(),
  'failure-reason': z.string().optional(),
});
const side = z.number();

/**
 * A line of our manifests: what Ground Truth needs, what we carry along, and what its jobs have added. Of that we read a part,
 * and hand on all: the next job may read more.
 */
const lineSchema = z.looseObject({
  'source-ref': z.string(),
  imageId: z.string(),
  image: imageRefSchema,
  attempt: z.int().positive(),
  [BOXES]: z
    .looseObject({
      annotations: z.array(
        z.looseObject({ class_id: z.int().nonnegative(), left: side, top: side, width: side, height: side }),
      ),
    })
    .optional(),
  [`${BOXES}-metadata`]: metadata
    .extend({
      objects: z.array(z.looseObject({ confidence: z.number() })).optional(),
      'class-map': z.record(z.string(), z.string()).optional(),
    })
    .optional(),
  // The guide shows a string, a sample of AWS compares with a number; what counts is the class's name.
  [VERDICT]: z.union([z.string(), z.number()]).optional(),
  [`${VERDICT}-metadata`]: metadata
    .extend({
      'class-name': z.string().optional(),
      confidence: z.number().optional(),
      'worker-feedback': z.array(z.object({ comment: z.string() })).optional(),
    })
    .optional(),
});

export type ManifestLine = z.output<typeof lineSchema>;

/** The input manifest of a run's first job. */
export function inputManifest(images: readonly QueuedImage[]): string {
  return images
    .map(({ image, attempt }) => ({ 'source-ref': image.uri, imageId: image.imageId, attempt, image }))
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}

/** The lines of a manifest that a job has put out; throws when one isn't ours, naming it. */
export function parseManifest(text: string, where: string): ManifestLine[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const seen = new Map<string, number>();
  return lines.map((line, index) => {
    const parsed = lineSchema.safeParse(parseJson(line));
    if (!parsed.success) throw damaged(index, where, explain(parsed.error), parsed.error);
    const { imageId, image } = parsed.data;
    if (image.imageId !== imageId) throw damaged(index, where, `imageId is not the id of its image, ${image.imageId}`);
    const earlier = seen.get(imageId);
    if (earlier !== undefined) throw damaged(index, where, `line ${earlier + 1} is of the image ${imageId}, too`);
    seen.set(imageId, index);
    return parsed.data;
  });
}

function damaged(index: number, where: string, why: string, cause?: unknown): PermanentError {
  return new PermanentError('manifest-damaged', `line ${index + 1} of ${where} doesn't fit: ${why}`, { cause });
}
