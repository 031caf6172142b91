import type { Table } from '@aws-sdk/client-glue';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Caller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { literal, quoted } from './literals.ts';
import type { ObjectCache } from './object-cache.ts';
import { parseS3 } from './s3-location.ts';
import { duckDbType } from './types.ts';
import { UserError } from './user-error.ts';

/** How the Glue Data Catalog is called in SQL. */
export const CATALOG = 'awsdatacatalog';

/**
 * The tables of the Glue catalog whose names occur in the query, each as a view over local copies of its Parquet files.
 * Looks into the query's own database and into those that it names. Returns how many bytes the files have.
 */
export async function createViews(
  { kernel, cache }: { kernel: Kernel; cache: ObjectCache },
  connection: DuckDBConnection,
  { query, database, caller }: { query: string; database?: string; caller: Caller },
): Promise<number> {
  const text = query.toLowerCase();
  let bytes = 0;
  for (const name of new Set([...(database === undefined ? [] : [database]), ...namedDatabases(text)])) {
    const found = await tables(kernel, name, caller);
    if (!found) continue;
    await connection.run(`CREATE SCHEMA ${quoted(CATALOG)}.${quoted(name)}`);
    for (const table of found)
      if (text.includes(table.Name ?? '')) bytes += await createView(cache, connection, table, caller);
  }
  return bytes;
}

const NAME = String.raw`(?:"((?:[^"]|"")+)"|(\w+))`;
const QUALIFIED = new RegExp(String.raw`\b(?:from|join)\s+(?:"?${CATALOG}"?\s*\.\s*)?${NAME}\s*\.\s*["\w]`, 'g');

/** The databases that a query in lower case names where it names tables. */
const namedDatabases = (query: string) =>
  [...query.matchAll(QUALIFIED)].map(([, inQuotes, bare]) => inQuotes?.replaceAll('""', '"') ?? bare ?? '');

/** The tables of a database; undefined when there is no such database. */
async function tables(kernel: Kernel, DatabaseName: string, caller: Caller): Promise<Table[] | undefined> {
  const found: Table[] = [];
  let NextToken: string | undefined;
  do {
    const input = { DatabaseName, ...(NextToken !== undefined && { NextToken }) };
    try {
      const page = await kernel.call('glue', 'GetTables', input, caller);
      found.push(...(page.TableList ?? []));
      NextToken = page.NextToken;
    } catch (error) {
      if (error instanceof AwsError && error.code === 'EntityNotFoundException') return undefined;
      throw error;
    }
  } while (NextToken !== undefined);
  return found;
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
  await connection.run(`CREATE VIEW ${view} AS SELECT ${casts} FROM (${rows})`);
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
