import { PermanentError, RetryableError } from '@assay/lambda-kit';
import {
  type AthenaClient,
  GetQueryExecutionCommand,
  type QueryExecution,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';

export interface AthenaSettings {
  readonly workGroup: string;
  readonly catalog: string;
  readonly database: string;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
}

const POLL_MS = 500;
const MAX_POLLS = 500;

/** Runs a query to its end. Returns the `s3://` URI of its CSV. */
export async function runQuery(
  athena: Pick<AthenaClient, 'send'>,
  settings: AthenaSettings,
  sql: string,
): Promise<string> {
  const { QueryExecutionId } = await athena.send(
    new StartQueryExecutionCommand({
      QueryString: sql,
      WorkGroup: settings.workGroup,
      QueryExecutionContext: { Catalog: settings.catalog, Database: settings.database },
    }),
  );
  for (let poll = 0; poll < MAX_POLLS; poll += 1) {
    const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    const output = outputOf(QueryExecution);
    if (output !== undefined) return output;
    await settings.sleep(POLL_MS);
  }
  throw new RetryableError('query-unfinished', `the query ${QueryExecutionId} did not finish in time; ask again`);
}

function outputOf(execution: QueryExecution | undefined): string | undefined {
  const state = execution?.Status?.State;
  if (state === 'QUEUED' || state === 'RUNNING') return undefined;
  const output = execution?.ResultConfiguration?.OutputLocation;
  if (state === 'SUCCEEDED' && output !== undefined) return output;
  const reason = execution?.Status?.StateChangeReason ?? 'no reason given';
  const message = `the query ${execution?.QueryExecutionId} ended as ${state}: ${reason}`;
  throw execution?.Status?.AthenaError?.Retryable
    ? new RetryableError('query-failed', message)
    : new PermanentError('query-failed', message);
}
