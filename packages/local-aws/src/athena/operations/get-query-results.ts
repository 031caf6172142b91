import { AwsError } from '../../kernel/errors.ts';
import { placeIn, tokenFor } from '../../kernel/pages.ts';
import type { Operation } from '../../kernel/service.ts';
import { loadResult } from '../results.ts';
import { type Athena, requireQuery } from '../state.ts';

/** The first row of the first page is the header, which counts among `MaxResults`. */
export const getQueryResults: Operation<'athena', 'GetQueryResults', Athena> = async (
  { QueryExecutionId, NextToken, MaxResults = 1000 },
  _request,
  athena,
) => {
  if (MaxResults < 1 || MaxResults > 1000)
    throw new AwsError('InvalidRequestException', `MaxResults must be from 1 to 1000, not ${MaxResults}`);
  const { id, state, error } = requireQuery(athena, QueryExecutionId);
  if (state !== 'SUCCEEDED')
    throw new AwsError(
      'InvalidRequestException',
      state === 'FAILED' || state === 'CANCELLED'
        ? `Query did not finish successfully. Final query state: ${state}${error ? ` (${error.message})` : ''}`
        : `Query has not yet finished. Current state: ${state}`,
    );
  const { columns, rows } = await loadResult(athena.kernel, id);
  const begin = placeIn(NextToken, () => new AwsError('InvalidRequestException', 'Invalid NextToken'));
  const end = begin + MaxResults;
  // Row 0 is the header.
  const page = rows.slice(Math.max(0, begin - 1), end - 1);
  const shown = begin === 0 ? [columns.map(({ name }) => name), ...page] : page;
  return {
    UpdateCount: 0,
    ResultSet: {
      Rows: shown.map((row) => ({ Data: row.map((value) => (value === null ? {} : { VarCharValue: value })) })),
      ResultSetMetadata: {
        ColumnInfo: columns.map(({ name, type, precision, scale }) => ({
          CatalogName: 'hive',
          SchemaName: '',
          TableName: '',
          Name: name,
          Label: name,
          Type: type,
          Precision: precision,
          Scale: scale,
          Nullable: 'UNKNOWN',
          CaseSensitive: type === 'varchar',
        })),
      },
    },
    ...(end < rows.length + 1 && { NextToken: tokenFor(end) }),
  };
};
