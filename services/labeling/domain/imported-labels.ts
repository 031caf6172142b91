import { createHash } from 'node:crypto';
import type { ImageRef, LabelOutcome } from '@assay/events';
import { explain } from '@assay/events';
import { PermanentError } from '@assay/lambda-kit';
import { z } from 'zod';
import { clipBoxes } from './boxes.ts';
import { parseJson } from './parse-json.ts';

const importedSchema = z.object({
  source: z.string().min(1).max(256),
  width: z.int().positive(),
  height: z.int().positive(),
  boxes: z.array(
    z.object({
      className: z.string().min(1).max(256),
      left: z.number(),
      top: z.number(),
      width: z.number().positive(),
      height: z.number().positive(),
    }),
  ),
});

/** Pixels by which boxes may stick out of their image, and sides differ from the other's shape: tools round. */
const TOLERANCE = 1;

/** Labels that somebody has brought along: nobody is asked about this image. An error says why they can't be used. */
export function importOutcome(
  image: ImageRef,
  left: string,
  categories: readonly string[],
  at: Date,
): LabelOutcome | PermanentError {
  const parsed = importedSchema.safeParse(parseJson(left));
  if (!parsed.success)
    return new PermanentError(
      'invalid-import',
      `the labels left for image ${image.imageId} don't fit: ${explain(parsed.error)}`,
    );
  const { boxes, source, width, height } = parsed.data;
  const unknown = boxes.find(({ className }) => !categories.includes(className));
  if (unknown)
    return new PermanentError(
      'unknown-category',
      `${source} marks "${unknown.className}" on image ${image.imageId}, but the categories are ${categories.join(', ')}: set ASSAY_LABELING_CATEGORIES and deploy again`,
    );
  const unfit = unfitness(parsed.data, image);
  if (unfit !== undefined)
    return new PermanentError('invalid-import', `${source}, for image ${image.imageId}: ${unfit}`);
  const scaled = boxes.map((box) => ({
    ...box,
    left: (box.left * image.width) / width,
    top: (box.top * image.height) / height,
    width: (box.width * image.width) / width,
    height: (box.height * image.height) / height,
    classId: categories.indexOf(box.className),
  }));
  const seen = clipBoxes(scaled, image);
  if (seen.length === 0 && boxes.length > 0)
    return new PermanentError(
      'invalid-import',
      `${source}, for image ${image.imageId}: none of its boxes has a pixel's area within the image: correct them, or leave none where there is no defect, and import again`,
    );
  const { imageId, uri, depth, station, part, origin } = image;
  return {
    imageId,
    uri,
    width: image.width,
    height: image.height,
    depth,
    station,
    part,
    origin,
    boxes: seen,
    verdict: 'approved',
    comment: `imported from ${source}`,
    attempt: 1,
    // One source, nobody to agree with.
    agreement: 0,
    labeledAt: at.toISOString(),
  };
}

/** Why boxes can't be of this image; taken all the same, they would teach a model that there is nothing to find. */
function unfitness({ boxes, width, height }: z.output<typeof importedSchema>, image: ImageRef): string | undefined {
  if (Math.abs((width * image.height) / height - image.width) > TOLERANCE * Math.max(1, image.height / height)) {
    return `it was annotated at ${width}x${height} pixels, but is ${image.width}x${image.height}: annotate it upright, and whole`;
  }
  const index = boxes.findIndex(
    (box) => Math.max(-box.left, -box.top, box.left + box.width - width, box.top + box.height - height) > TOLERANCE,
  );
  const box = boxes[index];
  if (box === undefined) return undefined;
  const place = [box.left, box.top, box.width, box.height].join(', ');
  return `boxes[${index}] ("${box.className}" at ${place}) is not within its ${width}x${height} pixels: correct it and import again`;
}

/** The same for the same images of an event, whatever has become of them: delivered again, it is the same run. */
export function importRunId(images: readonly ImageRef[]): string {
  const ids = images.map(({ imageId }) => imageId).sort();
  return `import-${createHash('sha256').update(ids.join()).digest('hex').slice(0, 16)}`;
}
