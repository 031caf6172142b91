import * as api from '@aws-sdk/client-athena';
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from '@aws-sdk/client-glue';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';

/** "Athena": what is refused at once, what fails as a query, and where results go. */
describe.skipIf(againstAws)('Athena', () => {
  let aws: TestAws;
  let athena: api.AthenaClient;
  beforeAll(async () => {
    aws = await startAws();
    athena = aws.client(api.AthenaClient);
    await aws.client(S3Client).send(new CreateBucketCommand({ Bucket: 'results' }));
    await athena.send(
      new api.CreateWorkGroupCommand({
        Name: 'enforced',
        Configuration: {
          EnforceWorkGroupConfiguration: true,
          ResultConfiguration: { OutputLocation: 's3://results/enforced/' },
        },
      }),
    );
    await athena.send(
      new api.CreateWorkGroupCommand({
        Name: 'lenient',
        Configuration: {
          EnforceWorkGroupConfiguration: false,
          ResultConfiguration: { OutputLocation: 's3://results/lenient' },
        },
      }),
    );
    await athena.send(new api.CreateWorkGroupCommand({ Name: 'closed' }));
    await athena.send(new api.UpdateWorkGroupCommand({ WorkGroup: 'closed', State: 'DISABLED' }));
  });
  afterAll(() => aws.close());

  const start = (more: Partial<api.StartQueryExecutionCommandInput> = {}) =>
    athena.send(
      new api.StartQueryExecutionCommand({
        QueryString: 'SELECT 1',
        ResultConfiguration: { OutputLocation: 's3://results/own/' },
        ...more,
      }),
    );
  const look = async (QueryExecutionId?: string) =>
    (await athena.send(new api.GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution;
  const ended = async (QueryExecutionId?: string) => {
    await expect
      .poll(async () => (await look(QueryExecutionId))?.Status?.State, { timeout: 20_000 })
      .toMatch(/SUCCEEDED|FAILED|CANCELLED/);
    return look(QueryExecutionId);
  };

  describe('refuses with InvalidRequestException', () => {
    const results = (input: Partial<api.GetQueryResultsCommandInput>) => async () => {
      const { QueryExecutionId } = await start();
      await ended(QueryExecutionId);
      return athena.send(new api.GetQueryResultsCommand({ QueryExecutionId, ...input }));
    };
    test.each<[string, () => Promise<unknown>, RegExp]>([
      ['no output location', () => start({ ResultConfiguration: undefined }), /No output location provided/],
      [
        'an output location that is not in S3',
        () => start({ ResultConfiguration: { OutputLocation: 'file:///tmp' } }),
        /No output location/,
      ],
      ['an unknown workgroup', () => start({ WorkGroup: 'none' }), /WorkGroup none is not found/],
      ['a disabled workgroup', () => start({ WorkGroup: 'closed' }), /disabled/],
      ['an unknown catalog', () => start({ QueryExecutionContext: { Catalog: 'other' } }), /Catalog other/],
      ['a query of more than 262,144 bytes', () => start({ QueryString: `SELECT '${'ü'.repeat(131_072)}'` }), /262144/],
      ['a token of fewer than 32 characters', () => start({ ClientRequestToken: 'short' }), /32 to 128/],
      ['a token of more than 128 characters', () => start({ ClientRequestToken: 't'.repeat(129) }), /32 to 128/],
      ['an unknown execution', () => look('00000000-0000-0000-0000-000000000000'), /was not found/],
      [
        'to stop an unknown execution',
        () => athena.send(new api.StopQueryExecutionCommand({ QueryExecutionId: 'none' })),
        /was not found/,
      ],
      ['pages of more than 1,000 rows', results({ MaxResults: 1001 }), /MaxResults/],
      ['a page token of its own invention', results({ NextToken: 'x' }), /NextToken/],
      [
        'a workgroup that exists',
        () => athena.send(new api.CreateWorkGroupCommand({ Name: 'lenient' })),
        /already exists/,
      ],
      [
        'a workgroup’s name with a space',
        () => athena.send(new api.CreateWorkGroupCommand({ Name: 'a b' })),
        /must match/,
      ],
      [
        'to delete the primary workgroup',
        () => athena.send(new api.DeleteWorkGroupCommand({ WorkGroup: 'primary' })),
        /primary/,
      ],
      [
        'to delete a workgroup that is not there',
        () => athena.send(new api.DeleteWorkGroupCommand({ WorkGroup: 'none' })),
        /not found/,
      ],
    ])('%s', async (_what, call, message) => {
      await expect(call()).rejects.toMatchObject({
        name: 'InvalidRequestException',
        message: expect.stringMatching(message),
      });
    });
  });

  test('the same token with the same query is the same execution, with another query it is refused', async () => {
    const ClientRequestToken = 'k'.repeat(32);
    const { QueryExecutionId } = await start({ ClientRequestToken });
    expect((await start({ ClientRequestToken })).QueryExecutionId).toBe(QueryExecutionId);
    await expect(start({ ClientRequestToken, QueryString: 'SELECT 2' })).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: 'Idempotent parameters do not match',
    });
  });

  test('an SQL error fails the query, not the call; its results are refused', async () => {
    const { QueryExecutionId } = await start({ QueryString: 'SELEC 1' });
    const query = await ended(QueryExecutionId);
    expect(query?.Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: expect.stringMatching(/^SYNTAX_ERROR/),
      AthenaError: { ErrorCategory: 2, Retryable: false, ErrorMessage: expect.stringMatching(/^SYNTAX_ERROR/) },
      SubmissionDateTime: expect.any(Date),
      CompletionDateTime: expect.any(Date),
    });
    await expect(athena.send(new api.GetQueryResultsCommand({ QueryExecutionId }))).rejects.toMatchObject({
      name: 'InvalidRequestException',
      message: expect.stringContaining('Final query state: FAILED'),
    });
  });

  test.each([
    ['a zero byte', 'a\0b'],
    ['more than 255 bytes', 'x'.repeat(255)],
  ])('a partition of %s fails the query with the object', async (_what, value) => {
    const glue = aws.client(GlueClient);
    const name = `awkward_${value.length}`;
    await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: name } }));
    const StorageDescriptor = { Location: `s3://results/${name}/`, Columns: [{ Name: 'n', Type: 'int' }] };
    const TableInput = { Name: 't', StorageDescriptor, PartitionKeys: [{ Name: 'p', Type: 'string' }] };
    await glue.send(new CreateTableCommand({ DatabaseName: name, TableInput }));
    const object = { Bucket: 'results', Key: `${name}/p=${value}/f.parquet`, Body: 'x' };
    await aws.client(S3Client).send(new PutObjectCommand(object));
    const { QueryExecutionId } = await start({ QueryString: `SELECT * FROM ${name}.t` });
    expect((await ended(QueryExecutionId))?.Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: expect.stringContaining(
        `HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split "s3://results/${name}/p=`,
      ),
    });
  });

  test.each([
    [
      'an enforcing workgroup’s location overrides the call’s',
      'enforced',
      's3://results/own/',
      's3://results/enforced/',
    ],
    ['a lenient one’s does not', 'lenient', 's3://results/own/', 's3://results/own/'],
    ['but stands in for it, with a slash between', 'lenient', undefined, 's3://results/lenient/'],
  ])('%s', async (_rule, WorkGroup, own, expected) => {
    const { QueryExecutionId } = await start({
      WorkGroup,
      ResultConfiguration: own ? { OutputLocation: own } : undefined,
    });
    const query = await ended(QueryExecutionId);
    expect(query?.Status?.State).toBe('SUCCEEDED');
    expect(query?.ResultConfiguration?.OutputLocation).toBe(`${expected}${QueryExecutionId}.csv`);
  });

  test('pages: the header is the first row of the first page, and counts', async () => {
    const { QueryExecutionId } = await start({
      QueryString: 'SELECT * FROM (VALUES (1), (2), (3)) AS t(n) ORDER BY n',
    });
    await ended(QueryExecutionId);
    const pages: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = await athena.send(new api.GetQueryResultsCommand({ QueryExecutionId, NextToken, MaxResults: 2 }));
      pages.push(page.ResultSet?.Rows?.map(({ Data }) => Data?.[0]?.VarCharValue));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(pages).toEqual([
      ['n', '1'],
      ['2', '3'],
    ]);
  });

  test('stopping a query that has ended changes nothing', async () => {
    const { QueryExecutionId } = await start();
    await ended(QueryExecutionId);
    await athena.send(new api.StopQueryExecutionCommand({ QueryExecutionId }));
    expect((await look(QueryExecutionId))?.Status?.State).toBe('SUCCEEDED');
  });
});
