import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { type LabelCut, labelQuery, recordCountQuery } from './labels.ts';

/** A row of the offline store; the rest is the same for all. */
interface Outcome {
  record: string;
  image?: string;
  verdict?: 'approved' | 'rejected';
  part?: string;
  /** Minute of the event time and of the writing. */
  at: number;
  written?: number;
  deleted?: boolean;
}

const minute = (value: number) => `2026-03-04T10:${String(value).padStart(2, '0')}:00.000Z`;
const text = (value: string | undefined) => (value === undefined ? 'NULL' : `'${value}'`);

interface Cut {
  asOf: number;
  writtenBy: number;
}

/** Runs a query on DuckDB, which knows Trino's `from_iso8601_timestamp` by another name. */
async function run(outcomes: readonly Outcome[], cut: Cut, sqlOf: (cut: LabelCut) => string) {
  const duckdb = await DuckDBInstance.create();
  const connection = await duckdb.connect();
  try {
    await connection.run('CREATE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMP WITH TIME ZONE)');
    await connection.run(`CREATE TABLE labels (record_id VARCHAR, image_id VARCHAR, uri VARCHAR, width BIGINT, height BIGINT,
      station VARCHAR, part VARCHAR, origin VARCHAR, boxes VARCHAR, verdict VARCHAR, labeling_job VARCHAR, event_time VARCHAR,
      api_invocation_time TIMESTAMP WITH TIME ZONE, write_time TIMESTAMP WITH TIME ZONE, is_deleted BOOLEAN)`);
    for (const { record, image, verdict, part = 'p', at, written = at, deleted = false } of outcomes) {
      const time = `CAST('${minute(written)}' AS TIMESTAMP WITH TIME ZONE)`;
      await connection.run(
        `INSERT INTO labels VALUES ('${record}', ${text(image)}, 's3://b/k', 640, 480, 's', '${part}', 'upload', '[]',
          ${text(verdict)}, 'job', '${minute(at)}', ${time}, ${time}, ${deleted})`,
      );
    }
    const sql = sqlOf({ table: 'labels', asOf: minute(cut.asOf), writtenBy: minute(cut.writtenBy) });
    return (await connection.runAndReadAll(sql)).getRowObjects();
  } finally {
    connection.closeSync();
    duckdb.closeSync();
  }
}

async function query(outcomes: readonly Outcome[], cut: Cut) {
  const rows = await run(outcomes, cut, labelQuery);
  return rows.map(({ image_id, event_time, group_since }) => [image_id, event_time, group_since]);
}

it('counts the records of an instant, each once, approved or not', async () => {
  const outcomes: Outcome[] = [
    { record: 'a:1', image: 'a', verdict: 'approved', at: 1 },
    { record: 'a:1', image: 'a', verdict: 'approved', at: 1, written: 2 },
    { record: 'b:1', image: 'b', verdict: 'rejected', at: 2 },
    { record: 'c:1', image: 'c', verdict: 'approved', at: 6 },
    { record: 'd:1', image: 'd', verdict: 'approved', at: 2, written: 8 },
    { record: 'b:1', at: 3, deleted: true },
  ];
  expect(await run(outcomes, { asOf: 5, writtenBy: 7 }, recordCountQuery)).toEqual([{ records: 2n }]);
  expect(await run(outcomes, { asOf: 5, writtenBy: 8 }, recordCountQuery)).toEqual([{ records: 3n }]);
});

describe('the label query', () => {
  it('finds the newest outcome of each image, if it is approved', async () => {
    const rows = await query(
      [
        { record: 'a:1', image: 'a', verdict: 'rejected', at: 1 },
        { record: 'a:2', image: 'a', verdict: 'approved', at: 3 },
        { record: 'b:1', image: 'b', verdict: 'approved', at: 2 },
        { record: 'b:2', image: 'b', verdict: 'rejected', at: 4 },
      ],
      { asOf: 9, writtenBy: 9 },
    );
    expect(rows).toEqual([['a', minute(3), minute(2)]]);
  });

  it('knows nothing of what was labelled, or written, later', async () => {
    const rows = await query(
      [
        { record: 'a:1', image: 'a', verdict: 'approved', at: 1 },
        { record: 'a:2', image: 'a', verdict: 'rejected', at: 6 },
        { record: 'b:1', image: 'b', verdict: 'approved', at: 2, written: 8 },
        { record: 'c:1', image: 'c', verdict: 'approved', at: 2, written: 7 },
      ],
      { asOf: 5, writtenBy: 7 },
    );
    expect(rows.map(([image]) => image)).toEqual(['a', 'c']);
  });

  it('counts a record once however often it was written, and not at all when it was deleted', async () => {
    const rows = await query(
      [
        { record: 'a:1', image: 'a', verdict: 'approved', at: 1 },
        { record: 'a:1', image: 'a', verdict: 'approved', at: 1, written: 2 },
        { record: 'b:1', image: 'b', verdict: 'approved', at: 1 },
        { record: 'b:1', at: 3, deleted: true },
      ],
      { asOf: 9, writtenBy: 9 },
    );
    expect(rows.map(([image]) => image)).toEqual(['a']);
  });

  it('says when the first outcome of a part was approved', async () => {
    const rows = await query(
      [
        { record: 'a:1', image: 'a', verdict: 'approved', part: 'p1', at: 4 },
        { record: 'b:1', image: 'b', verdict: 'rejected', part: 'p1', at: 1 },
        { record: 'c:1', image: 'c', verdict: 'approved', part: 'p1', at: 2 },
        { record: 'd:1', image: 'd', verdict: 'approved', part: 'p2', at: 5 },
      ],
      { asOf: 9, writtenBy: 9 },
    );
    expect(rows).toEqual([
      ['a', minute(4), minute(2)],
      ['c', minute(2), minute(2)],
      ['d', minute(5), minute(5)],
    ]);
  });
});
