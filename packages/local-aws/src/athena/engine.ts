import { setImmediate as immediate } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, StatementType } from '@duckdb/node-api';
import type { Caller } from '../kernel/caller.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { CATALOG, createViews } from './catalog-views.ts';
import { literal, quoted, withParameters } from './literals.ts';
import type { ObjectCache } from './object-cache.ts';
import { trinoFunctions } from './trino-functions.ts';
import { type Column, describeColumn, formatValue } from './types.ts';
import { fromDuckDb, UserError } from './user-error.ts';

export interface QueryResult {
  columns: Column[];
  /** In the text that Athena gives for them. */
  rows: (string | null)[][];
  scannedBytes: number;
}

interface Question {
  query: string;
  parameters: string[];
  database?: string;
  caller: Caller;
  /** Is handed a function that stops the query. */
  interruptible(interrupt: () => void): void;
}

/**
 * Runs a SELECT in a DuckDB of its own (25 ms), in which nothing exists but the tables of the catalog, and no file may be
 * read but the copies of their objects.
 */
export async function runQuery(
  context: { kernel: Kernel; cache: ObjectCache },
  { query, parameters, database, caller, interruptible }: Question,
): Promise<QueryResult> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    await connection.run(`ATTACH ':memory:' AS ${quoted(CATALOG)}; SET TimeZone = 'UTC'`);
    for (const macro of trinoFunctions) await connection.run(`CREATE MACRO ${macro}`);
    const current = database?.toLowerCase();
    const scannedBytes = await createViews(context, connection, {
      query,
      caller,
      ...(current !== undefined && { database: current }),
    });
    if (current !== undefined) await enter(connection, current);
    await connection.run(`SET allowed_directories = [${literal(context.cache.folder)}]`);
    await connection.run('SET enable_external_access = false; SET lock_configuration = true');
    interruptible(() => connection.interrupt());
    const result = await answer(connection, withParameters(query.trim().replace(/;\s*$/, ''), parameters));
    const types = result.columnTypes();
    const rows: QueryResult['rows'] = [];
    for await (const chunk of result.yieldRows()) {
      for (const row of chunk) rows.push(row.map((value, index) => formatValue(value, types[index]!)));
      // A large result must not keep everybody else's calls waiting.
      await immediate();
    }
    return {
      columns: result.columnNames().map((name, index) => describeColumn(name, types[index]!)),
      rows,
      scannedBytes,
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Makes `database` the one of names without a database; the functions of ours stay in reach. */
async function enter(connection: DuckDBConnection, database: string): Promise<void> {
  const path = `${quoted(CATALOG)}.${quoted(database)},memory.main`;
  await connection.run(`SET search_path = ${literal(path)}`).catch(() => {
    throw new UserError(`SCHEMA_NOT_FOUND: Schema '${database}' does not exist`);
  });
}

const OTHER_STATEMENT =
  /^(alter|create|deallocate|delete|describe|drop|execute|explain|insert|merge|msck|optimize|prepare|show|unload|update|vacuum)\b/i;
const SELECT_ONLY = 'NOT_SUPPORTED: This endpoint answers SELECT statements only';

async function answer(connection: DuckDBConnection, sql: string): Promise<DuckDBResult> {
  try {
    if (OTHER_STATEMENT.test(sql)) throw new UserError(SELECT_ONLY);
    const statements = await connection.extractStatements(sql);
    if (statements.count !== 1)
      throw new UserError('SYNTAX_ERROR: Only one sql statement is allowed. Got: '.concat(String(statements.count)));
    const prepared = await statements.prepare(0);
    if (prepared.statementType !== StatementType.SELECT) throw new UserError(SELECT_ONLY);
    return await prepared.run();
  } catch (error) {
    throw error instanceof UserError ? error : fromDuckDb(error);
  }
}
