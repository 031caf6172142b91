import { setTimeout as delay } from 'node:timers/promises';
import { type Athena, paginateGetQueryResults } from '@aws-sdk/client-athena';

export interface LabelTable {
  database: string;
  table: string;
  workGroup: string;
}

/** Runs a query on the label store. @returns its rows as text, the columns' names first */
export async function athenaRows(
  athena: Athena,
  { database, workGroup }: LabelTable,
  QueryString: string,
): Promise<string[][]> {
  const { QueryExecutionId } = await athena.startQueryExecution({
    QueryString,
    QueryExecutionContext: { Database: database },
    WorkGroup: workGroup,
  });
  for (;;) {
    const { QueryExecution } = await athena.getQueryExecution({ QueryExecutionId });
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') break;
    if (State === 'FAILED' || State === 'CANCELLED') throw new Error(`the query ${State}: ${StateChangeReason}`);
    await delay(50);
  }
  const rows: string[][] = [];
  for await (const { ResultSet } of paginateGetQueryResults({ client: athena }, { QueryExecutionId }))
    rows.push(...(ResultSet?.Rows ?? []).map(({ Data = [] }) => Data.map(({ VarCharValue = '' }) => VarCharValue)));
  return rows;
}
