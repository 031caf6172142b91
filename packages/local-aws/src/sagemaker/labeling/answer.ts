import { z } from 'zod';
import type { Job } from './job.ts';

const pixels = z.number().nonnegative();

const boxes = z.object({
  boundingBoxes: z.array(
    z.object({
      label: z.string(),
      left: pixels,
      top: pixels,
      width: z.number().positive(),
      height: z.number().positive(),
    }),
  ),
  inputImageProperties: z.object({ width: z.number().int().positive(), height: z.number().int().positive() }),
});

const verdict = z.object({ label: z.string() });

export type BoxAnswer = z.output<typeof boxes>;

/** The key that stands for whatever the template calls its element. */
const ANY_NAME = 'annotatedResult';

/**
 * A worker's answer as the template's form puts it out: the crowd element's value under its name, `comment` beside it.
 * Throws an `Error` that says what is wrong with it.
 */
export function parseAnswer(job: Job, answer: unknown): Record<string, unknown> {
  const name = job.template?.answerName ?? ANY_NAME;
  const form = z.record(z.string(), z.unknown()).safeParse(answer);
  if (!form.success) throw new Error('the answer must be an object');
  const value = form.data[name] ?? form.data[ANY_NAME];
  const parsed = (job.kind === 'BoundingBox' ? boxes : verdict).safeParse(value);
  if (!parsed.success) throw new Error(`answer.${name}: ${z.prettifyError(parsed.error)}`);
  const comment = z.string().max(10_000).optional().safeParse(form.data.comment);
  if (!comment.success) throw new Error('answer.comment must be a text');
  const labels = 'label' in parsed.data ? [parsed.data.label] : parsed.data.boundingBoxes.map(({ label }) => label);
  const unknown = labels.find((label) => !job.categories.includes(label));
  if (unknown !== undefined)
    throw new Error(`the label "${unknown}" is not one of the job's: ${job.categories.join(', ')}`);
  if ('boundingBoxes' in parsed.data) checkInside(parsed.data);
  return { [name]: parsed.data, ...(comment.data && { comment: comment.data }) };
}

function checkInside({ boundingBoxes, inputImageProperties: { width, height } }: BoxAnswer): void {
  // A pixel is what rounding may cost.
  for (const [index, box] of boundingBoxes.entries())
    if (box.left + box.width > width + 1 || box.top + box.height > height + 1)
      throw new Error(`boundingBoxes[${index}] reaches out of the image of ${width} × ${height} pixels`);
}

/** What a stored answer says about boxes. */
export const boxesOf = (job: Job, content: Record<string, unknown>): BoxAnswer =>
  boxes.parse(content[job.template?.answerName ?? ANY_NAME]);

/** What a stored answer says about a verdict. */
export const verdictOf = (job: Job, content: Record<string, unknown>): string =>
  verdict.parse(content[job.template?.answerName ?? ANY_NAME]).label;
