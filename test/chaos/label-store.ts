import { setTimeout as delay } from 'node:timers/promises';
import type { Athena } from '@aws-sdk/client-athena';
import type { Glue } from '@aws-sdk/client-glue';
import type { S3 } from '@aws-sdk/client-s3';
import type { CreateFeatureGroupCommandInput, SageMaker } from '@aws-sdk/client-sagemaker';
import type { SageMakerFeatureStoreRuntime } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { athenaRows, type LabelTable } from './athena-rows.ts';

/** How the store is reached from outside, as `LabelsStored` says. */
export interface LabelStore extends LabelTable {
  featureGroup: string;
}

export interface LabelStoreClients {
  athena: Athena;
  featureStore: SageMakerFeatureStoreRuntime;
  glue: Glue;
  s3: S3;
  sageMaker: SageMaker;
}

/** A record as it was stored; when it was written is no part of it. */
export type StoredRecord = Record<string, string>;

/** Every row of the offline store, in order. */
export async function offlineRecords({ athena }: LabelStoreClients, store: LabelStore): Promise<StoredRecord[]> {
  const query = `SELECT * FROM "${store.table}" ORDER BY record_id`;
  const [columns = [], ...records] = await athenaRows(athena, store, query);
  return records.map((values) => {
    const record = columns.map((column, index) => [column, values[index] ?? ''] as const);
    return Object.fromEntries(record.filter(([column]) => column !== 'write_time' && column !== 'api_invocation_time'));
  });
}

/** What the online store has of some records, in their order. */
export async function onlineRecords(
  { featureStore }: LabelStoreClients,
  { featureGroup }: LabelStore,
  ids: readonly string[],
): Promise<StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (const id of ids) {
    const { Record } = await featureStore.getRecord({
      FeatureGroupName: featureGroup,
      RecordIdentifierValueAsString: id,
    });
    const features = (Record ?? []).map(({ FeatureName = '', ValueAsString = '' }) => [FeatureName, ValueAsString]);
    records.push(Object.fromEntries(features));
  }
  return records;
}

/** Empties the store as docs/replay.md says: the group, its table and its files go, and the group is made anew. */
export async function emptyLabelStore(
  { glue, s3, sageMaker }: LabelStoreClients,
  { featureGroup: FeatureGroupName, database, table }: LabelStore,
): Promise<void> {
  const group = await sageMaker.describeFeatureGroup({ FeatureGroupName });
  const { S3StorageConfig, DataCatalogConfig } = group.OfflineStoreConfig ?? {};
  const definition: CreateFeatureGroupCommandInput = {
    FeatureGroupName,
    RecordIdentifierFeatureName: group.RecordIdentifierFeatureName,
    EventTimeFeatureName: group.EventTimeFeatureName,
    FeatureDefinitions: group.FeatureDefinitions,
    OnlineStoreConfig: group.OnlineStoreConfig,
    OfflineStoreConfig: { S3StorageConfig: { S3Uri: S3StorageConfig?.S3Uri }, DataCatalogConfig },
    RoleArn: group.RoleArn,
    Description: group.Description,
  };
  await sageMaker.deleteFeatureGroup({ FeatureGroupName });
  await glue.deleteTable({ DatabaseName: database, Name: table });
  const [, Bucket = '', Prefix = ''] = /^s3:\/\/([^/]+)\/(.*)$/.exec(S3StorageConfig?.ResolvedOutputS3Uri ?? '') ?? [];
  const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix });
  for (const { Key } of Contents) await s3.deleteObject({ Bucket, Key });
  await sageMaker.createFeatureGroup(definition);
  while ((await sageMaker.describeFeatureGroup({ FeatureGroupName })).FeatureGroupStatus !== 'Created') await delay(50);
}
