import { z } from 'zod';

/** The rows that a query finds, each by column name; NULL is absent. */
export type QueryRows = (query: string) => AsyncIterable<Readonly<Record<string, string | undefined>>>;

/** What a dataset is made of. */
export interface LabelCut {
  readonly table: string;
  /** Outcomes up to this instant: ISO with milliseconds in UTC, as the store's event times are, which are text. */
  readonly asOf: string;
  /** As far as they were written by this instant. Later rows, however old their outcome, don't change the dataset. */
  readonly writtenBy: string;
}

/**
 * What people last said about each image as of an instant, where they approved it. The offline store only grows, and
 * holds rows twice now and then: so the newest row of each record first, without tombstones, then the newest record of
 * each image.
 *
 * `group_since` is when the first outcome of the image's part group was approved; it orders the groups in a way that
 * later labels don't change.
 *
 * @see "Create a Dataset From Your Feature Groups" in SageMaker's guide
 */
export function labelQuery({ table, asOf, writtenBy }: LabelCut): string {
  return `WITH known AS (
  SELECT *, row_number() OVER (
    PARTITION BY record_id ORDER BY event_time DESC, api_invocation_time DESC, write_time DESC
  ) AS record_rank
  FROM "${table.replaceAll('"', '""')}"
  WHERE event_time <= ${literal(asOf)} AND write_time <= from_iso8601_timestamp(${literal(writtenBy)})
), outcomes AS (
  SELECT *,
    row_number() OVER (PARTITION BY image_id ORDER BY event_time DESC, record_id DESC) AS image_rank,
    min(CASE WHEN verdict = 'approved' THEN event_time END) OVER (PARTITION BY station, part) AS group_since
  FROM known
  WHERE record_rank = 1 AND NOT is_deleted
)
SELECT image_id, uri, width, height, station, part, origin, boxes, labeling_job, event_time, group_since
FROM outcomes
WHERE image_rank = 1 AND verdict = 'approved'
ORDER BY image_id`;
}

/** How many records are known as of an instant: one row, `records`. What was deleted later still counts: rows stay. */
export function recordCountQuery({ table, asOf, writtenBy }: LabelCut): string {
  return `SELECT count(DISTINCT record_id) AS records FROM "${table.replaceAll('"', '""')}"
WHERE event_time <= ${literal(asOf)} AND write_time <= from_iso8601_timestamp(${literal(writtenBy)})`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const pixels = z.coerce.number().int().positive();

const labelBoxSchema = z.object({
  left: z.number(),
  top: z.number(),
  width: z.number().positive(),
  height: z.number().positive(),
  classId: z.int().min(0),
  className: z.string().min(1),
});

const boxesSchema = z
  .string()
  .transform((json, context): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.array(labelBoxSchema));

const labelRowSchema = z
  .object({
    image_id: z.string().regex(/^[0-9a-f]{64}$/, 'must be a sha256'),
    uri: z.string().startsWith('s3://'),
    width: pixels,
    height: pixels,
    station: z.string().min(1),
    part: z.string().min(1),
    origin: z.string(),
    boxes: boxesSchema,
    labeling_job: z.string(),
    event_time: z.string(),
    group_since: z.string(),
  })
  .transform((row) => ({
    imageId: row.image_id,
    uri: row.uri,
    /** Of the upright image, in pixels. */
    width: row.width,
    height: row.height,
    station: row.station,
    part: row.part,
    origin: row.origin,
    boxes: row.boxes,
    labelingJob: row.labeling_job,
    labeledAt: row.event_time,
    groupSince: row.group_since,
  }));

/** An approved image with everything that is known about it. No boxes means: seen and found free of defects. */
export type LabelledImage = z.infer<typeof labelRowSchema>;

/** @throws Error naming the image and the columns that can't be understood */
export function readLabelRow(row: Readonly<Record<string, string | undefined>>): LabelledImage {
  const parsed = labelRowSchema.safeParse(row);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(
    `The label store's row of image ${row.image_id} can't be understood (${faults.join('; ')}). ` +
      'Store a corrected outcome of this image, then train again.',
    { cause: parsed.error },
  );
}

/**
 * The class names in the order of their ids, out of all boxes. An id that no box has yet gets a placeholder, because
 * ids keep their meaning from dataset to dataset.
 *
 * @throws Error when there is no box at all, an id goes by two names or a name by two ids
 */
export function classNames(images: readonly LabelledImage[]): string[] {
  const names: string[] = [];
  for (const { imageId, boxes } of images) {
    for (const { classId, className } of boxes) {
      const known = names[classId];
      if (known !== undefined && known !== className) {
        throw new Error(
          `Class ${classId} is called both "${known}" and "${className}" (image ${imageId}). ` +
            'Correct the categories of the labeling service and label the images of one of the two again.',
        );
      }
      // Classes of models are told apart by name: of two called alike the second would be measured as never found.
      const other = names.indexOf(className);
      if (other >= 0 && other !== classId) {
        throw new Error(
          `Classes ${other} and ${classId} are both called "${className}" (image ${imageId}). ` +
            'Correct the categories of the labeling service and label the images of one of the two again.',
        );
      }
      names[classId] = className;
    }
  }
  if (names.length === 0) {
    throw new Error(
      `None of the ${images.length} approved images has a box, so there is nothing to learn. Label images with defects.`,
    );
  }
  return Array.from(names, (name, classId) => name ?? `class-${classId}`);
}
