/** What was known at an instant. */
export interface AsOfQuery {
  readonly table: string;
  /** ISO 8601 in UTC. */
  readonly asOf: string;
  /** Only the newest outcome that people approved; of every verdict when absent. */
  readonly verdict?: 'approved' | 'rejected';
  readonly station?: string;
  readonly part?: string;
}

/**
 * The labels as they were at an instant: of each image the newest outcome that was known then.
 *
 * The offline store is append-only and may hold a record several times, so rows are numbered per record first ("Create
 * a Dataset From Your Feature Groups"), and tombstones fall out. Cutting on `write_time` as well makes the answer
 * repeatable: an outcome that was labelled before and stored after the instant is not in it.
 *
 * Values are written into the query as literals, because Athena reads execution parameters as SQL expressions.
 */
export function asOfQuery(query: AsOfQuery): string {
  const asOf = literal(new Date(query.asOf).toISOString());
  const filters = (['verdict', 'station', 'part'] as const).flatMap((column) => {
    const value = query[column];
    return value === undefined ? [] : [` AND ${column} = ${literal(value)}`];
  });
  return `
WITH known AS (
  SELECT *, row_number() OVER (
    PARTITION BY record_id ORDER BY event_time DESC, api_invocation_time DESC, write_time DESC
  ) AS record_rank
  FROM ${quoted(query.table)}
  WHERE event_time <= ${asOf} AND write_time <= from_iso8601_timestamp(${asOf})
), outcomes AS (
  SELECT *, row_number() OVER (PARTITION BY image_id ORDER BY event_time DESC, record_id DESC) AS image_rank
  FROM known
  WHERE record_rank = 1 AND NOT is_deleted${filters.join('')}
)
SELECT record_id, image_id, uri, width, height, depth, boxes, verdict, reason, "comment", station, part, origin,
  labeling_job, verification_job, agreement, attempt, event_time
FROM outcomes
WHERE image_rank = 1
ORDER BY image_id`.trim();
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
