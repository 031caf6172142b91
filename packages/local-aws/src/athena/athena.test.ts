import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  type StartQueryExecutionCommandInput,
} from '@aws-sdk/client-athena';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRole, startAws, type TestAws } from '../../test/harness.ts';
import { roleCaller } from '../kernel/caller.ts';

describe('Athena over Parquet in S3', () => {
  let aws: TestAws;
  let athena: AthenaClient;
  let s3: S3Client;

  beforeAll(async () => {
    aws = await startAws();
    athena = aws.client(AthenaClient);
    s3 = aws.client(S3Client);
    const glue = aws.client(GlueClient);
    await s3.send(new CreateBucketCommand({ Bucket: 'lake' }));
    await put('10', "VALUES ('a', 640, 0.5, TIMESTAMP '2026-03-04 10:00:00'), ('b', NULL, 2, NULL)");
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'plant' } }));
    const columns = { id: 'string', width: 'bigint', share: 'double', seen: 'timestamp', added_later: 'string' };
    await glue.send(
      new CreateTableCommand({
        DatabaseName: 'plant',
        TableInput: {
          Name: 'parts-1',
          StorageDescriptor: {
            Location: 's3://lake/parts',
            Columns: Object.entries(columns).map(([Name, Type]) => ({ Name, Type })),
          },
          PartitionKeys: [{ Name: 'hour', Type: 'string' }],
        },
      }),
    );
  });
  afterAll(() => aws.close());

  async function put(hour: string, rows: string) {
    const folder = await mkdtemp(join(tmpdir(), 'parquet-'));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(`COPY (SELECT * FROM (${rows}) AS t(id, width, share, seen)) TO '${folder}/x.parquet'`);
    connection.closeSync();
    instance.closeSync();
    const Body = await readFile(join(folder, 'x.parquet'));
    await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: `parts/hour=${hour}/x.parquet`, Body }));
    await rm(folder, { recursive: true });
  }

  async function ask(QueryString: string, more: Partial<StartQueryExecutionCommandInput> = {}, asker = athena) {
    const { QueryExecutionId } = await asker.send(
      new StartQueryExecutionCommand({
        QueryString,
        QueryExecutionContext: { Database: 'plant', Catalog: 'AwsDataCatalog' },
        ResultConfiguration: { OutputLocation: 's3://lake/results' },
        ...more,
      }),
    );
    const execution = await expect
      .poll(async () => (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution, {
        timeout: 20_000,
      })
      .toSatisfy((query) => /SUCCEEDED|FAILED|CANCELLED/.test(query?.Status?.State ?? ''))
      .then(() => athena.send(new GetQueryExecutionCommand({ QueryExecutionId })));
    return execution.QueryExecution!;
  }

  async function rows(QueryString: string, more: Partial<StartQueryExecutionCommandInput> = {}) {
    const { QueryExecutionId, Status } = await ask(QueryString, more);
    if (Status?.State !== 'SUCCEEDED') throw new Error(Status?.StateChangeReason);
    const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
    return ResultSet?.Rows?.map(({ Data }) => Data?.map(({ VarCharValue }) => VarCharValue));
  }

  it('gives a header, text for values, and nothing for NULL', async () => {
    expect(await rows('SELECT id, width, share, seen, added_later, "hour" FROM "parts-1" ORDER BY id')).toEqual([
      ['id', 'width', 'share', 'seen', 'added_later', 'hour'],
      ['a', '640', '0.5', '2026-03-04 10:00:00.000', undefined, '10'],
      ['b', undefined, '2.0', undefined, undefined, '10'],
    ]);
  });

  it('writes the result as CSV to the output location', async () => {
    const { ResultConfiguration } = await ask('SELECT id, width FROM "AwsDataCatalog"."plant"."parts-1" ORDER BY id');
    const [, , Bucket, ...key] = ResultConfiguration?.OutputLocation?.split('/') ?? [];
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: key.join('/') }));
    expect(await Body?.transformToString()).toBe('"id","width"\n"a","640"\n"b",\n');
  });

  it('shows nobody what he may not read, also when it was fetched for others', async () => {
    await createRole(aws.aws, 'lister', [{ Action: ['athena:*', 'glue:*', 's3:List*', 's3:Put*'], Resource: '*' }]);
    const role = roleCaller(`arn:aws:iam::${aws.aws.account}:role/lister`, 'session');
    const lister = aws.client(AthenaClient, { credentials: aws.aws.kernel.credentials.issue(role) });
    expect(await rows('SELECT id FROM "parts-1"')).toHaveLength(3);
    const { Status } = await ask('SELECT id FROM "parts-1"', {}, lister);
    expect(Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: expect.stringContaining(
        's3:GetObject on resource: "arn:aws:s3:::lake/parts/hour=10/x.parquet"',
      ),
    });
  });

  it('sees an object that was added since the last query', async () => {
    await put('11', "VALUES ('c', 1, 1, NULL)");
    expect(await rows('SELECT count(*) AS n FROM plant."parts-1"')).toEqual([['n'], ['3']]);
    expect(await rows(`SELECT id FROM "parts-1" WHERE hour = '11'`)).toEqual([['id'], ['c']]);
    const elsewhere = { QueryExecutionContext: { Database: 'other' } };
    await aws.client(GlueClient).send(new CreateDatabaseCommand({ DatabaseInput: { Name: 'other' } }));
    expect(
      await rows(
        'WITH k AS (SELECT * FROM AwsDataCatalog.plant."parts-1" p) SELECT count(k.id) AS n FROM k',
        elsewhere,
      ),
    ).toEqual([['n'], ['3']]);
    expect(
      (await ask('SELECT 1', { QueryExecutionContext: { Database: 'nowhere' } })).Status?.StateChangeReason,
    ).toContain('SCHEMA_NOT_FOUND');
  });

  it('puts execution parameters in the places of question marks', async () => {
    const query = `SELECT id, '?' AS mark FROM "parts-1" WHERE width > ? AND id = ?`;
    expect(await rows(query, { ExecutionParameters: ['600', "'a'"] })).toEqual([
      ['id', 'mark'],
      ['a', '?'],
    ]);
    expect((await ask(query, { ExecutionParameters: ['600'] })).Status?.StateChangeReason).toContain(
      'INVALID_PARAMETER_USAGE',
    );
  });

  it.each([
    ["to_iso8601(from_iso8601_timestamp('2026-03-04T12:26:13.250+01:00'))", '2026-03-04T11:26:13.250Z'],
    [`json_extract_scalar('{"a":{"b":"c"}}', '$.a.b')`, 'c'],
    ["cardinality(ARRAY['x', 'y'])", '2'],
    ["date_diff('day', DATE '2026-03-01', DATE '2026-03-04')", '3'],
    ['sum(x) FROM (VALUES (1), (2)) AS t(x)', '3'],
  ])('knows %s', async (expression, expected) => {
    expect(await rows(`SELECT ${expression}`)).toEqual([expect.anything(), [expected]]);
  });

  it.each([
    ['SELEC 1', 'SYNTAX_ERROR'],
    ['SELECT nothing FROM "parts-1"', 'COLUMN_NOT_FOUND'],
    ['SELECT 1 FROM absent', 'TABLE_NOT_FOUND'],
    ["SELECT * FROM read_csv('/etc/passwd')", 'PERMISSION_DENIED'],
    ['DROP TABLE "parts-1"', 'NOT_SUPPORTED'],
  ])('says why it fails: %s', async (query, code) => {
    const { Status } = await ask(query);
    expect(Status).toMatchObject({ State: 'FAILED', AthenaError: { ErrorCategory: 2 } });
    expect(Status?.StateChangeReason).toMatch(new RegExp(`^${code}: `));
  });

  it('gives long results in pages', async () => {
    const { QueryExecutionId } = await ask('SELECT range AS n FROM range(2500)');
    const numbers: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = await athena.send(new GetQueryResultsCommand({ QueryExecutionId, NextToken }));
      expect(page.ResultSet?.ResultSetMetadata?.ColumnInfo?.[0]).toMatchObject({ Name: 'n', Type: 'bigint' });
      numbers.push(...(page.ResultSet?.Rows ?? []).map(({ Data }) => Data?.[0]?.VarCharValue));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(numbers).toEqual(['n', ...Array.from({ length: 2500 }, (_, index) => String(index))]);
  });

  it('answers the same token with the same execution', async () => {
    const input = {
      QueryString: 'SELECT 1',
      ClientRequestToken: 'a'.repeat(32),
      ResultConfiguration: { OutputLocation: 's3://lake/results/' },
    };
    const first = await athena.send(new StartQueryExecutionCommand(input));
    const second = await athena.send(new StartQueryExecutionCommand(input));
    expect(second.QueryExecutionId).toBe(first.QueryExecutionId);
  });

  it('refuses a query without an output location, and one in an unknown workgroup', async () => {
    await expect(athena.send(new StartQueryExecutionCommand({ QueryString: 'SELECT 1' }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('No output location provided'),
    });
    await expect(
      athena.send(new StartQueryExecutionCommand({ QueryString: 'SELECT 1', WorkGroup: 'nobody' })),
    ).rejects.toMatchObject({ message: 'WorkGroup nobody is not found.' });
  });
});
