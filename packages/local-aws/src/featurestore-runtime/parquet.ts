import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Target } from './group.ts';
import type { BufferedRow } from './state.ts';

const TYPES = { String: 'VARCHAR', Integral: 'BIGINT', Fractional: 'DOUBLE' } as const;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/**
 * Records as a Parquet file of the offline store: the features with their types, then `write_time`, `api_invocation_time`
 * and `is_deleted` ("Offline Store Data Format").
 */
export async function toParquet(
  features: Target['features'],
  rows: BufferedRow[],
  writeTime: number,
): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'featurestore-'));
  const [source, target] = [join(folder, 'records.json'), join(folder, 'records.parquet')];
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const lines = rows.map(({ record, api_time, deleted }) => {
      const values: unknown = JSON.parse(record);
      return JSON.stringify({ values, api_time, deleted: deleted === 1 });
    });
    await writeFile(source, lines.join('\n'));
    const names = features.map(({ name }) => `${quoted(name)} VARCHAR`).join(', ');
    const columns = features.map(
      ({ name, type }) => `CAST("values".${quoted(name)} AS ${TYPES[type]}) AS ${quoted(name.toLowerCase())}`,
    );
    await connection.run(`COPY (
      SELECT ${columns.join(', ')}, epoch_ms(${writeTime}) AS write_time, epoch_ms(api_time) AS api_invocation_time,
        deleted AS is_deleted
      FROM read_json(${literal(source)}, format = 'newline_delimited', maximum_object_size = 67108864,
        columns = {"values": ${literal(`STRUCT(${names})`)}, api_time: 'BIGINT', deleted: 'BOOLEAN'})
    ) TO ${literal(target)} (FORMAT parquet, COMPRESSION snappy)`);
    return await readFile(target);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}
