import type { Table } from '@aws-sdk/client-glue';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Caller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { literal, quoted } from './literals.ts';
import type { ObjectCache } from './object-cache.ts';
import { parseS3 } from './s3-location.ts';
import { tablesNamed } from './table-names.ts';
import { duckDbType } from './types.ts';
import { UserError } from './user-error.ts';

/** How the Glue Data Catalog is called in SQL. */
export const CATALOG = 'awsdatacatalog';

/**
 * The tables of the Glue catalog that the query names, each as a view over local copies of its Parquet files; those
 * without a database are looked for in `database`. Returns how many bytes the files have.
 */
export async function createViews(
  { kernel, cache }: { kernel: Kernel; cache: ObjectCache },
  connection: DuckDBConnection,
  { query, database, caller }: { query: string; database?: string; caller: Caller },
): Promise<number> {
  if (database !== undefined && (await unlessAbsent(kernel.call('glue', 'GetDatabase', { Name: database }, caller))))
    await createSchema(connection, database);
  let bytes = 0;
  for (const { table: Name, database: DatabaseName = database } of tablesNamed(query)) {
    if (DatabaseName === undefined) continue;
    const found = await unlessAbsent(kernel.call('glue', 'GetTable', { DatabaseName, Name }, caller));
    if (!found?.Table) continue;
    await createSchema(connection, DatabaseName);
    bytes += await createView(cache, connection, found.Table, caller);
  }
  return bytes;
}

const createSchema = (connection: DuckDBConnection, name: string) =>
  connection.run(`CREATE SCHEMA IF NOT EXISTS ${quoted(CATALOG)}.${quoted(name)}`);

/** What Glue answers; undefined when it has no such database or table. */
async function unlessAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsError && error.code === 'EntityNotFoundException') return undefined;
    throw error;
  }
}

async function createView(
  cache: ObjectCache,
  connection: DuckDBConnection,
  table: Table,
  caller: Caller,
): Promise<number> {
  const location = parseS3(table.StorageDescriptor?.Location ?? '');
  if (!location) throw new UserError(`HIVE_METASTORE_ERROR: Table ${table.Name} has no S3 location`);
  if (!/parquet/i.test(table.StorageDescriptor?.InputFormat ?? 'parquet'))
    throw new UserError(`HIVE_UNSUPPORTED_FORMAT: Table ${table.Name}: this endpoint reads Parquet tables only`);
  const columns = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])].map(
    ({ Name = '', Type = '' }) => ({ name: Name.toLowerCase(), type: columnType(table, Name, Type) }),
  );
  const prefix = location.key === '' || location.key.endsWith('/') ? location.key : `${location.key}/`;
  const files = await cache.below(location.bucket, prefix, caller);
  // The empty relation gives its columns and their types also where no file (or only an older one) has them.
  const empty = `SELECT ${columns.map(({ name, type }) => `NULL::${type} AS ${quoted(name)}`).join(', ')} WHERE false`;
  const list = files.map(({ path }) => literal(path)).join(', ');
  const rows =
    files.length === 0
      ? empty
      : `${empty} UNION ALL BY NAME SELECT * FROM read_parquet([${list}], union_by_name = true, hive_partitioning = true, hive_types_autocast = false)`;
  const casts = columns.map(({ name, type }) => `CAST(${quoted(name)} AS ${type}) AS ${quoted(name)}`).join(', ');
  const view = [CATALOG, table.DatabaseName ?? '', table.Name ?? ''].map(quoted).join('.');
  await connection.run(`CREATE OR REPLACE VIEW ${view} AS SELECT ${casts} FROM (${rows})`);
  return files.reduce((sum, { size }) => sum + size, 0);
}

function columnType(table: Table, column: string, type: string): string {
  const known = duckDbType(type);
  if (known === undefined)
    throw new UserError(
      `NOT_SUPPORTED: Column ${column} of table ${table.Name} has type ${type}, which this endpoint cannot read`,
    );
  return known;
}
