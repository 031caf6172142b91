import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateFeatureGroupCommand, DescribeFeatureGroupCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import * as api from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';
import { type ManualClock, manualClock } from '../kernel/clock.ts';

/** "Feature Store runtime": what it refuses, what it leaves as it is, and when a record goes. */
describe.skipIf(againstAws)('the Feature Store runtime', () => {
  let aws: TestAws;
  let clock: ManualClock;
  let runtime: api.SageMakerFeatureStoreRuntimeClient;

  beforeAll(async () => {
    clock = manualClock();
    aws = await startAws({ clock, openRoles: ['featurestore'] });
    runtime = aws.client(api.SageMakerFeatureStoreRuntimeClient);
    const sagemaker = aws.client(SageMakerClient);
    await aws.client(S3Client).send(new CreateBucketCommand({ Bucket: 'store' }));
    const make = async (FeatureGroupName: string, more: object) => {
      await sagemaker.send(
        new CreateFeatureGroupCommand({
          FeatureGroupName,
          RecordIdentifierFeatureName: 'id',
          EventTimeFeatureName: 'time',
          FeatureDefinitions: [
            { FeatureName: 'id', FeatureType: 'String' },
            { FeatureName: 'time', FeatureType: 'String' },
            { FeatureName: 'count', FeatureType: 'Integral' },
            { FeatureName: 'share', FeatureType: 'Fractional' },
            { FeatureName: 'text', FeatureType: 'String' },
          ],
          RoleArn: 'arn:aws:iam::000000000000:role/featurestore',
          ...more,
        }),
      );
      await vi.waitFor(async () => {
        await clock.advance(0);
        const { FeatureGroupStatus } = await sagemaker.send(new DescribeFeatureGroupCommand({ FeatureGroupName }));
        expect(FeatureGroupStatus).toBe('Created');
      });
    };
    await make('labels', { OnlineStoreConfig: { EnableOnlineStore: true } });
    await make('brief', { OnlineStoreConfig: { EnableOnlineStore: true, TtlDuration: { Unit: 'Minutes', Value: 1 } } });
    const OfflineStoreConfig = { S3StorageConfig: { S3Uri: 's3://store/offline' }, DisableGlueTableCreation: true };
    await make('archive', { OfflineStoreConfig });
  });
  afterAll(() => aws.close());

  type Values = Record<string, string>;
  const TIME = '2026-01-01T00:00:00Z';
  const put = (values: Values, more: Partial<api.PutRecordCommandInput> = {}) =>
    runtime.send(
      new api.PutRecordCommand({
        FeatureGroupName: 'labels',
        Record: Object.entries(values).map(([FeatureName, ValueAsString]) => ({ FeatureName, ValueAsString })),
        ...more,
      }),
    );
  const get = async (id: string, more: Partial<api.GetRecordCommandInput> = {}) => {
    const input = { FeatureGroupName: 'labels', RecordIdentifierValueAsString: id, ...more };
    const { Record } = await runtime.send(new api.GetRecordCommand(input));
    return Record && Object.fromEntries(Record.map(({ FeatureName, ValueAsString }) => [FeatureName, ValueAsString]));
  };
  const remove = (id: string, EventTime: string, more: Partial<api.DeleteRecordCommandInput> = {}) =>
    runtime.send(
      new api.DeleteRecordCommand({
        FeatureGroupName: 'labels',
        RecordIdentifierValueAsString: id,
        EventTime,
        ...more,
      }),
    );
  const many = (...Identifiers: api.BatchGetRecordIdentifier[]) =>
    runtime.send(new api.BatchGetRecordCommand({ Identifiers }));
  const ids = (count: number) => Array.from({ length: count }, (_, index) => `many-${index}`);

  test('PutRecord takes no line breaks in a value', async () => {
    for (const text of ['one\ntwo', 'one\r', '\u2028'])
      await expect(put({ id: 'a', time: TIME, text })).rejects.toMatchObject({
        name: 'ValidationException',
        message: expect.stringMatching(/at 'record\.3\.member\.valueAsString' failed .* pattern: \.\*$/s),
      });
    expect(await get('a')).toBeUndefined();
  });

  describe('PutRecord refuses with ValidationError', () => {
    test.each<[string, Values, RegExp]>([
      ['a feature that the group lacks', { id: 'a', time: TIME, colour: 'red' }, /'colour'/],
      ['a record without identifier', { time: TIME }, /identifier 'id'/],
      ['an empty identifier', { id: '', time: TIME }, /identifier 'id'/],
      ['a record without event time', { id: 'a' }, /event time 'time'/],
      ['a day as event time', { id: 'a', time: '2026-01-01' }, /must have the format/],
      ['an event time with an offset', { id: 'a', time: '2026-01-01T00:00:00+01:00' }, /must have the format/],
      ['an event time with microseconds', { id: 'a', time: '2026-01-01T00:00:00.000001Z' }, /must have the format/],
      ['an event time that is no day', { id: 'a', time: '2026-02-31T25:00:00Z' }, /must have the format/],
      ['a fraction for an Integral', { id: 'a', time: TIME, count: '1.5' }, /'count' is not Integral/],
      ['an Integral beyond 64 bits', { id: 'a', time: TIME, count: '9223372036854775808' }, /'count' is not Integral/],
      ['a text for a Fractional', { id: 'a', time: TIME, share: 'much' }, /'share' is not Fractional/],
      ['infinity', { id: 'a', time: TIME, share: 'Infinity' }, /'share' is not Fractional/],
      ['an identifier of more than 2 KB', { id: 'a'.repeat(2049), time: TIME }, /2 KB/],
      ['a record of more than 350 KB', { id: 'a', time: TIME, text: 'x'.repeat(358_400) }, /350 KB/],
    ])('%s', async (_what, record, message) => {
      await expect(put(record)).rejects.toMatchObject({
        name: 'ValidationError',
        message: expect.stringMatching(message),
      });
    });

    test('a group that is not there, or a store that it lacks', async () => {
      const record = { id: 'a', time: TIME };
      await expect(put(record, { FeatureGroupName: 'none' })).rejects.toMatchObject({ name: 'ValidationError' });
      await expect(put(record, { TargetStores: ['OfflineStore'] })).rejects.toMatchObject({ name: 'ValidationError' });
      await expect(put(record, { FeatureGroupName: 'archive', TargetStores: ['OnlineStore'] })).rejects.toMatchObject({
        name: 'ValidationError',
      });
    });
  });

  test('the largest Integral and both forms of event time are taken', async () => {
    await put({ id: 'limits', time: TIME, count: '9223372036854775807' });
    await put({ id: 'limits', time: '2026-01-01T00:00:00.001Z', count: '-9223372036854775808', share: '1e-3' });
    expect(await get('limits')).toMatchObject({ count: '-9223372036854775808', share: '1e-3' });
  });

  test('an older event time changes nothing online, and is no error', async () => {
    await put({ id: 'old', time: '2026-01-02T00:00:00Z', count: '2' });
    await put({ id: 'old', time: '2026-01-01T00:00:00Z', count: '1' });
    expect(await get('old')).toMatchObject({ count: '2' });
  });

  describe('GetRecord', () => {
    test('of a record that is not there: an answer without one', async () => {
      expect(await get('nobody')).toBeUndefined();
    });
    test('of an unknown group: ResourceNotFound; of an offline one or an unknown feature: ValidationError', async () => {
      await expect(get('a', { FeatureGroupName: 'none' })).rejects.toMatchObject({ name: 'ResourceNotFound' });
      await expect(get('a', { FeatureGroupName: 'archive' })).rejects.toMatchObject({ name: 'ValidationError' });
      await put({ id: 'a', time: TIME });
      await expect(get('a', { FeatureNames: ['colour'] })).rejects.toMatchObject({ name: 'ValidationError' });
    });
  });

  describe('DeleteRecord', () => {
    test.each<[string, string, 'SoftDelete' | 'HardDelete', 'gone' | 'kept' | 'refused']>([
      ['SoftDelete with a later event time', '2026-01-03T00:00:00Z', 'SoftDelete', 'gone'],
      ['SoftDelete with an earlier one', '2026-01-01T00:00:00Z', 'SoftDelete', 'kept'],
      ['SoftDelete with the same one', '2026-01-02T00:00:00Z', 'SoftDelete', 'kept'],
      ['HardDelete with a later event time', '2026-01-03T00:00:00Z', 'HardDelete', 'gone'],
      ['HardDelete with an earlier one', '2026-01-01T00:00:00Z', 'HardDelete', 'refused'],
      ['HardDelete with the same one', '2026-01-02T00:00:00Z', 'HardDelete', 'refused'],
    ])('%s', async (name, time, DeletionMode, outcome) => {
      await put({ id: name, time: '2026-01-02T00:00:00Z' });
      const removed = remove(name, time, { DeletionMode });
      if (outcome === 'refused') await expect(removed).rejects.toMatchObject({ name: 'ValidationError' });
      else await removed;
      expect(await get(name)).toEqual(outcome === 'gone' ? undefined : { id: name, time: '2026-01-02T00:00:00Z' });
    });

    test('after SoftDelete an older record stays out; after HardDelete it comes back', async () => {
      for (const DeletionMode of ['SoftDelete', 'HardDelete'] as const) {
        await put({ id: DeletionMode, time: '2026-01-02T00:00:00Z' });
        await remove(DeletionMode, '2026-01-03T00:00:00Z', { DeletionMode });
        await put({ id: DeletionMode, time: '2026-01-02T12:00:00Z' });
      }
      expect(await get('SoftDelete')).toBeUndefined();
      expect(await get('HardDelete')).toBeDefined();
    });

    test('of what is not there is no error; with a wrong event time or group it is', async () => {
      await remove('nobody', TIME);
      await expect(remove('a', 'yesterday')).rejects.toMatchObject({ name: 'ValidationError' });
      await expect(remove('a', TIME, { FeatureGroupName: 'none' })).rejects.toMatchObject({ name: 'ValidationError' });
    });
  });

  describe('BatchGetRecord', () => {
    const of = (FeatureGroupName: string, RecordIdentifiersValueAsString: string[], FeatureNames?: string[]) => ({
      FeatureGroupName,
      RecordIdentifiersValueAsString,
      FeatureNames,
    });
    test('gives those that are there, and an error for each record of a group that cannot be asked', async () => {
      await put({ id: 'here', time: TIME, count: '1' });
      const answer = await many(
        of('labels', ['here', 'nobody'], ['count']),
        of('none', ['x', 'y']),
        of('archive', ['z']),
      );
      expect(answer.Records).toMatchObject([
        { RecordIdentifierValueAsString: 'here', Record: [{ FeatureName: 'count' }] },
      ]);
      expect(answer.Errors?.map(({ RecordIdentifierValueAsString: id, ErrorCode }) => [id, ErrorCode])).toEqual([
        ['x', 'ResourceNotFound'],
        ['y', 'ResourceNotFound'],
        ['z', 'ValidationError'],
      ]);
      expect(answer.UnprocessedIdentifiers).toEqual([]);
    });
    test('takes 100 records of 10 groups, not more', async () => {
      expect((await many(of('labels', ids(100)))).Records).toEqual([]);
      await expect(many(of('labels', ids(101)))).rejects.toMatchObject({ name: 'ValidationError' });
      await expect(many(of('labels', ids(51)), of('brief', ids(50)))).rejects.toMatchObject({
        name: 'ValidationError',
      });
      await expect(many(...ids(11).map((id) => of('labels', [id])))).rejects.toMatchObject({ name: 'ValidationError' });
    });
  });

  describe('a time to live', () => {
    const expires = async (id: string, FeatureGroupName: string) => {
      const input = { FeatureGroupName, RecordIdentifierValueAsString: id, ExpirationTimeResponse: 'Enabled' as const };
      return (await runtime.send(new api.GetRecordCommand(input))).ExpiresAt;
    };
    const at = (milliseconds: number) => new Date(clock.now() + milliseconds).toISOString();
    test.each<[string, string, api.TtlDuration | undefined, number]>([
      ['the group’s', 'brief', undefined, 60],
      ['the record’s own comes before it', 'brief', { Unit: 'Seconds', Value: 5 }, 5],
      ['the record’s own without one of the group', 'labels', { Unit: 'Hours', Value: 1 }, 3600],
    ])('%s counts from the event time', async (id, FeatureGroupName, TtlDuration, seconds) => {
      await put({ id, time: at(0) }, { FeatureGroupName, TtlDuration });
      expect(await expires(id, FeatureGroupName)).toBe(at(seconds * 1000).replace(/\.\d+Z/, 'Z'));
      await clock.advance(seconds * 1000 - 1);
      expect(await get(id, { FeatureGroupName })).toBeDefined();
      await clock.advance(1);
      expect(await get(id, { FeatureGroupName })).toBeUndefined();
    });
    test('a record without one stays', async () => {
      await put({ id: 'lasting', time: at(0) });
      expect(await expires('lasting', 'labels')).toBeUndefined();
      await clock.advance(365 * 86_400_000);
      expect(await get('lasting')).toBeDefined();
    });
  });
});
