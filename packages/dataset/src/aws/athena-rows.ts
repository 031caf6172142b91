import {
  type AthenaClient,
  GetQueryExecutionCommand,
  paginateGetQueryResults,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import type { QueryRows } from '../labels.ts';

export interface AthenaOptions {
  readonly athena: AthenaClient;
  readonly catalog: string;
  readonly database: string;
  readonly workGroup: string;
  /** `s3://` prefix for the results. */
  readonly output: string;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const FIRST_WAIT = 200;
const LONGEST_WAIT = 5000;

/** Queries through Athena, waiting for the end of the query first. */
export function athenaRows(options: AthenaOptions): QueryRows {
  return async function* rows(query) {
    const id = await runQuery(options, query);
    const pages = paginateGetQueryResults({ client: options.athena, pageSize: 1000 }, { QueryExecutionId: id });
    let columns: string[] | undefined;
    for await (const { ResultSet } of pages) {
      for (const { Data = [] } of ResultSet?.Rows ?? []) {
        // Of a SELECT the first row of the first page is the header.
        if (columns === undefined) columns = Data.map(({ VarCharValue }) => VarCharValue ?? '');
        else yield Object.fromEntries(columns.map((column, index) => [column, Data[index]?.VarCharValue]));
      }
    }
  };
}

async function runQuery(options: AthenaOptions, query: string): Promise<string> {
  const { athena, catalog, database, workGroup, output, sleep } = options;
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: query,
      QueryExecutionContext: { Catalog: catalog, Database: database },
      WorkGroup: workGroup,
      ResultConfiguration: { OutputLocation: output },
    }),
  );
  if (QueryExecutionId === undefined) throw new Error('Athena started the query of the labels without naming it');
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 1.5, LONGEST_WAIT)) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const { State, StateChangeReason } = QueryExecution?.Status ?? {};
    if (State === 'SUCCEEDED') return QueryExecutionId;
    if (State === 'FAILED' || State === 'CANCELLED') {
      throw new Error(
        `Athena could not query the labels (${QueryExecutionId}, work group ${workGroup}, database ${database}): ` +
          `${StateChangeReason ?? State}`,
      );
    }
    await sleep(wait);
  }
}
