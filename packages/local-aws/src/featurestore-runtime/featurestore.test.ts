import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  CreateFeatureGroupCommand,
  DescribeFeatureGroupCommand,
  SageMakerClient,
  UpdateFeatureGroupCommand,
} from '@aws-sdk/client-sagemaker';
import {
  BatchGetRecordCommand,
  DeleteRecordCommand,
  GetRecordCommand,
  PutRecordCommand,
  SageMakerFeatureStoreRuntimeClient,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

const FeatureGroupName = 'labels';

describe('Feature Store', () => {
  let aws: TestAws;
  let sagemaker: SageMakerClient;
  let runtime: SageMakerFeatureStoreRuntimeClient;

  beforeAll(async () => {
    aws = await startAws({ openRoles: ['featurestore'] });
    sagemaker = aws.client(SageMakerClient);
    runtime = aws.client(SageMakerFeatureStoreRuntimeClient);
    await aws.client(S3Client).send(new CreateBucketCommand({ Bucket: 'store' }));
    await sagemaker.send(
      new CreateFeatureGroupCommand({
        FeatureGroupName,
        RecordIdentifierFeatureName: 'image_id',
        EventTimeFeatureName: 'event_time',
        FeatureDefinitions: [
          { FeatureName: 'image_id', FeatureType: 'String' },
          { FeatureName: 'event_time', FeatureType: 'String' },
          { FeatureName: 'boxes', FeatureType: 'String' },
          { FeatureName: 'width', FeatureType: 'Integral' },
          { FeatureName: 'agreement', FeatureType: 'Fractional' },
        ],
        OnlineStoreConfig: { EnableOnlineStore: true },
        OfflineStoreConfig: { S3StorageConfig: { S3Uri: 's3://store/offline/' } },
        RoleArn: 'arn:aws:iam::000000000000:role/featurestore',
      }),
    );
    await vi.waitFor(async () => expect((await group()).FeatureGroupStatus).toBe('Created'), { timeout: 20_000 });
  });
  afterAll(() => aws.close());

  const group = () => sagemaker.send(new DescribeFeatureGroupCommand({ FeatureGroupName }));
  const put = (values: Record<string, string>, more: object = {}) => {
    const Record = Object.entries(values).map(([FeatureName, ValueAsString]) => ({ FeatureName, ValueAsString }));
    return runtime.send(new PutRecordCommand({ FeatureGroupName, Record, ...more }));
  };
  const get = async (id: string, more: object = {}) => {
    const input = { FeatureGroupName, RecordIdentifierValueAsString: id, ...more };
    const { Record } = await runtime.send(new GetRecordCommand(input));
    return Record && Object.fromEntries(Record.map(({ FeatureName, ValueAsString }) => [FeatureName, ValueAsString]));
  };
  const query = async (QueryString: string) => {
    const athena = aws.client(AthenaClient);
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString,
        QueryExecutionContext: { Database: 'sagemaker_featurestore' },
        ResultConfiguration: { OutputLocation: 's3://store/results/' },
      }),
    );
    const look = () => athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
    await expect
      .poll(async () => (await look()).QueryExecution?.Status?.State, { timeout: 20_000 })
      .toMatch(/SUCCEEDED|FAILED/);
    const { Status } = (await look()).QueryExecution ?? {};
    if (Status?.State !== 'SUCCEEDED') throw new Error(Status?.StateChangeReason);
    const { ResultSet } = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
    return ResultSet?.Rows?.slice(1).map(({ Data }) => Data?.map(({ VarCharValue }) => VarCharValue));
  };
  const day = (hour: number, rest = '26:13.000') => `2026-03-04T${String(hour).padStart(2, '0')}:${rest}Z`;

  it('replaces a record by a later one as a whole, and not by an earlier one', async () => {
    await put({ image_id: 'a', event_time: day(12), width: '640', boxes: '[{"left":1}]' });
    await put({ image_id: 'a', event_time: day(11), width: '1' });
    expect(await get('a')).toEqual({ image_id: 'a', event_time: day(12), width: '640', boxes: '[{"left":1}]' });
    await put({ image_id: 'a', event_time: day(13), agreement: '0.5' });
    expect(await get('a')).toEqual({ image_id: 'a', event_time: day(13), agreement: '0.5' });
    expect(await get('a', { FeatureNames: ['agreement'] })).toEqual({ agreement: '0.5' });
    expect(await get('nobody')).toBeUndefined();
  });

  it('deletes by a later event time only, and a hard delete says so', async () => {
    await put({ image_id: 'b', event_time: day(12) });
    const remove = (EventTime: string, DeletionMode?: 'HardDelete') =>
      runtime.send(
        new DeleteRecordCommand({ FeatureGroupName, RecordIdentifierValueAsString: 'b', EventTime, DeletionMode }),
      );
    await remove(day(11));
    expect(await get('b')).toBeDefined();
    await expect(remove(day(12), 'HardDelete')).rejects.toMatchObject({ name: 'ValidationError' });
    await remove(day(13));
    expect(await get('b')).toBeUndefined();
  });

  it('gives many records at once, and tells which groups it doesn’t know', async () => {
    const answer = await runtime.send(
      new BatchGetRecordCommand({
        Identifiers: [
          { FeatureGroupName, RecordIdentifiersValueAsString: ['a', 'b', 'nobody'] },
          { FeatureGroupName: 'absent', RecordIdentifiersValueAsString: ['a'] },
        ],
      }),
    );
    expect(answer.Records?.map(({ RecordIdentifierValueAsString }) => RecordIdentifierValueAsString)).toEqual(['a']);
    expect(answer.Errors).toMatchObject([{ FeatureGroupName: 'absent', ErrorCode: 'ResourceNotFound' }]);
  });

  it('shows a record until its time to live has passed', async () => {
    const soon = new Date(Date.now() - 1000).toISOString();
    await put({ image_id: 'brief', event_time: soon }, { TtlDuration: { Unit: 'Seconds', Value: 3 } });
    const input = {
      FeatureGroupName,
      RecordIdentifierValueAsString: 'brief',
      ExpirationTimeResponse: 'Enabled' as const,
    };
    const { ExpiresAt } = await runtime.send(new GetRecordCommand(input));
    expect(ExpiresAt).toBe(new Date(Date.parse(soon) + 3000).toISOString().replace(/\.\d+Z/, 'Z'));
    await expect.poll(() => get('brief'), { timeout: 20_000 }).toBeUndefined();
  });

  it.each([
    [{ image_id: 'x', event_time: day(1), color: 'red' }, "'color'"],
    [{ image_id: 'x', event_time: day(1), width: '1.5' }, 'is not Integral'],
    [{ image_id: 'x', event_time: '2026-03-04' }, 'must have the format'],
    [{ event_time: day(1) }, "identifier 'image_id'"],
  ])('refuses %j', async (record, message) => {
    await expect(put(record)).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining(message),
    });
  });

  it('writes everything to the offline store, in the documented layout, from where Athena reads it', async () => {
    const { OfflineStoreConfig, CreationTime } = await group();
    const uri = OfflineStoreConfig?.S3StorageConfig?.ResolvedOutputS3Uri ?? '';
    const created = Math.floor((CreationTime?.getTime() ?? 0) / 1000);
    expect(uri).toBe(`s3://store/offline/000000000000/sagemaker/eu-west-1/offline-store/labels-${created}/data`);
    const table = OfflineStoreConfig?.DataCatalogConfig;
    expect(table).toEqual({
      Catalog: 'AwsDataCatalog',
      Database: 'sagemaker_featurestore',
      TableName: `labels-${created}`,
    });
    await expect
      .poll(() => query(`SELECT count(*) FROM "${table?.TableName}" WHERE image_id IN ('a', 'b')`), { timeout: 20_000 })
      .toEqual([['6']]);
    const latest = `SELECT image_id, event_time, width, agreement, hour FROM (
      SELECT *, row_number() OVER (PARTITION BY image_id ORDER BY event_time DESC, api_invocation_time DESC, write_time DESC) AS rn
      FROM "sagemaker_featurestore"."${table?.TableName}" WHERE event_time <= '${day(23)}'
        AND write_time <= from_iso8601_timestamp('${new Date().toISOString()}') AND image_id IN ('a', 'b'))
      WHERE rn = 1 AND NOT is_deleted`;
    expect(await query(latest)).toEqual([['a', day(13), undefined, '0.5', '13']]);
    const Prefix = `${uri.slice('s3://store/'.length)}/year=2026/month=03/day=04/hour=12/`;
    const { Contents } = await aws.client(S3Client).send(new ListObjectsV2Command({ Bucket: 'store', Prefix }));
    expect(Contents?.[0]?.Key?.slice(Prefix.length)).toMatch(/^20260304T122613Z_[0-9a-z]{16}\.parquet$/);
  });

  it('writes to the offline store also what a restart found waiting', async () => {
    await put({ image_id: 'kept', event_time: day(15) });
    await aws.restart();
    const table = (await group()).OfflineStoreConfig?.DataCatalogConfig?.TableName;
    const count = `SELECT count(*) FROM "${table}" WHERE image_id = 'kept'`;
    await expect.poll(() => query(count), { timeout: 20_000 }).toEqual([['1']]);
    expect(await get('kept')).toBeDefined();
  });

  it('takes features that are added later', async () => {
    const FeatureAdditions = [{ FeatureName: 'verdict', FeatureType: 'String' as const }];
    await sagemaker.send(new UpdateFeatureGroupCommand({ FeatureGroupName, FeatureAdditions }));
    await put({ image_id: 'c', event_time: day(14), verdict: 'approved' });
    const table = (await group()).OfflineStoreConfig?.DataCatalogConfig?.TableName;
    const select = `SELECT image_id, verdict FROM "${table}" WHERE image_id IN ('a', 'c') AND hour >= '13' ORDER BY image_id`;
    await expect
      .poll(() => query(select), { timeout: 20_000 })
      .toEqual([
        ['a', undefined],
        ['c', 'approved'],
      ]);
  });
});
