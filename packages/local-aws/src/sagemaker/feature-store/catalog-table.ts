import type { TableInput } from '@aws-sdk/client-glue';
import { type Caller, serviceRoleCaller } from '../../kernel/caller.ts';
import { AwsError, messageOf } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { parseS3Uri } from '../storage/s3-uri.ts';
import { ADDED_COLUMNS, DEFAULT_DATABASE, type FeatureGroup, type FeatureGroups } from './feature-groups.ts';

const TYPES = { String: 'string', Integral: 'bigint', Fractional: 'double' } as const;
const PARTITIONS = ['year', 'month', 'day', 'hour'].map((Name) => ({ Name, Type: 'string' }));

/** Who acts for a group: its role. */
export const groupCaller = ({ input }: FeatureGroup): Caller =>
  serviceRoleCaller('sagemaker.amazonaws.com', input.RoleArn ?? '', 'FeatureStore');

/** The group's table as Glue gets it: features, the added columns, partitions by hour. */
export function tableInput({ name, features, offline }: FeatureGroup): TableInput {
  return {
    Name: offline?.catalog?.TableName ?? '',
    Description: `Offline store of the feature group ${name}`,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', classification: 'parquet' },
    PartitionKeys: PARTITIONS,
    StorageDescriptor: {
      Columns: [
        ...features.map(({ FeatureName, FeatureType }) => ({
          Name: FeatureName?.toLowerCase(),
          Type: TYPES[FeatureType ?? 'String'],
        })),
        ...ADDED_COLUMNS,
      ],
      Location: offline?.uri,
      InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
      OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
      SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
    },
  };
}

/** Makes what a new group needs: its bucket must be there, its table is made. */
export async function provision({ groups, kernel }: FeatureGroups, name: string): Promise<void> {
  const group = groups.get(name);
  if (group?.status !== 'Creating') return;
  let changes: Partial<FeatureGroup> = { status: 'Created' };
  try {
    await createTable(kernel, group);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    changes = { status: 'CreateFailed', failureReason: `${error.code}: ${messageOf(error)}` };
  }
  const current = groups.get(name);
  if (current?.status === 'Creating')
    groups.put(name, { ...current, ...changes, lastModifiedTime: kernel.clock.now() });
}

async function createTable(kernel: Kernel, group: FeatureGroup): Promise<void> {
  if (!group.offline) return;
  const caller = groupCaller(group);
  const Bucket = parseS3Uri(group.offline.uri)?.bucket;
  await kernel.call('s3', 'HeadBucket', { Bucket }, caller);
  const database = group.offline.catalog?.Database;
  if (database === undefined) return;
  if (database === DEFAULT_DATABASE)
    await unlessThere(() => kernel.call('glue', 'CreateDatabase', { DatabaseInput: { Name: database } }, caller));
  await unlessThere(() =>
    kernel.call('glue', 'CreateTable', { DatabaseName: database, TableInput: tableInput(group) }, caller),
  );
}

async function unlessThere(create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'AlreadyExistsException')) throw error;
  }
}
