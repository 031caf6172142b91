import { Readable } from 'node:stream';
import { AthenaClient } from '@aws-sdk/client-athena';
import { describe, expect, it } from 'vitest';
import { athenaRows } from './athena-rows.ts';

/** An Athena that answers each operation with the next of its answers. */
function athena(answers: Record<string, object[]>) {
  const asked: { operation: string; input: object }[] = [];
  const client = new AthenaClient({ region: 'eu-west-1' });
  client.middlewareStack.add(
    (_next, context) => async (args) => {
      const operation = String(context.commandName).replace('Command', '');
      asked.push({ operation, input: args.input });
      return { response: undefined, output: { $metadata: {}, ...answers[operation]?.shift() } } as never;
    },
    { step: 'initialize', priority: 'low' },
  );
  return { client, asked };
}

const cells = (...values: (string | undefined)[]) => ({ Data: values.map((VarCharValue) => ({ VarCharValue })) });
const state = (State: string, StateChangeReason?: string) => ({
  QueryExecution: { Status: { State, StateChangeReason } },
});

async function rows(answers: Record<string, object[]>) {
  const { client, asked } = athena({ StartQueryExecution: [{ QueryExecutionId: 'q-1' }], ...answers });
  const waits: number[] = [];
  const query = athenaRows({
    athena: client,
    catalog: 'AwsDataCatalog',
    database: 'labels',
    workGroup: 'assay',
    output: 's3://results/',
    sleep: async (milliseconds) => void waits.push(milliseconds),
  });
  return { found: await Readable.from(query('SELECT 1')).toArray(), asked, waits };
}

describe('athenaRows', () => {
  it('waits for the query and reads all pages, the header once', async () => {
    const { found, asked, waits } = await rows({
      GetQueryExecution: [state('QUEUED'), state('RUNNING'), state('SUCCEEDED')],
      GetQueryResults: [
        { ResultSet: { Rows: [cells('a', 'b'), cells('1', undefined)] }, NextToken: 'more' },
        { ResultSet: { Rows: [cells('2', 'x')] } },
      ],
    });
    expect(found).toEqual([
      { a: '1', b: undefined },
      { a: '2', b: 'x' },
    ]);
    expect(waits).toEqual([200, 300]);
    expect(asked[0]).toMatchObject({
      operation: 'StartQueryExecution',
      input: { WorkGroup: 'assay', QueryExecutionContext: { Catalog: 'AwsDataCatalog', Database: 'labels' } },
    });
  });

  it('says why a query failed', async () => {
    await expect(rows({ GetQueryExecution: [state('FAILED', 'TABLE_NOT_FOUND: labels')] })).rejects.toThrow(
      'Athena could not query the labels (q-1, work group assay, database labels): TABLE_NOT_FOUND: labels',
    );
  });
});
