import type { QueryExecution } from '@aws-sdk/client-athena';
import type { Operation } from '../../kernel/service.ts';
import { type Athena, requireQuery, type StoredQuery } from '../state.ts';

export const getQueryExecution: Operation<'athena', 'GetQueryExecution', Athena> = (
  { QueryExecutionId },
  _request,
  athena,
) => ({ QueryExecution: describe(requireQuery(athena, QueryExecutionId), athena.kernel.clock.now()) });

function describe(stored: StoredQuery, now: number): QueryExecution {
  const { id, query, parameters, database, catalog, error, submitted, started, completed = now } = stored;
  return {
    QueryExecutionId: id,
    Query: query,
    StatementType: 'DML',
    SubstatementType: 'SELECT',
    ResultConfiguration: { OutputLocation: stored.output },
    QueryExecutionContext: {
      ...(database !== undefined && { Database: database }),
      ...(catalog !== undefined && { Catalog: catalog }),
    },
    Status: {
      State: stored.state,
      ...(error && {
        StateChangeReason: error.message,
        AthenaError: {
          ErrorCategory: error.category,
          ErrorMessage: error.message,
          Retryable: error.category === 1,
        },
      }),
      SubmissionDateTime: new Date(submitted),
      ...(stored.completed !== undefined && { CompletionDateTime: new Date(stored.completed) }),
    },
    Statistics: {
      QueryQueueTimeInMillis: (started ?? completed) - submitted,
      EngineExecutionTimeInMillis: started === undefined ? 0 : completed - started,
      TotalExecutionTimeInMillis: completed - submitted,
      DataScannedInBytes: stored.scannedBytes ?? 0,
    },
    WorkGroup: stored.workGroup,
    EngineVersion: { SelectedEngineVersion: 'AUTO', EffectiveEngineVersion: 'Athena engine version 3' },
    ...(parameters.length > 0 && { ExecutionParameters: parameters }),
  };
}
