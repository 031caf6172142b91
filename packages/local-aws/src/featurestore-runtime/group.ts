import { internalCaller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';

export type FeatureType = 'String' | 'Integral' | 'Fractional';

/** Where a group's records are written in S3, and as whom. */
export interface Target {
  /** Without a slash at its end. */
  uri: string;
  roleArn: string;
  features: { name: string; type: FeatureType }[];
}

export interface Group {
  /** Tells a group from an earlier one of the same name. */
  key: string;
  identifier: string;
  eventTime: string;
  features: { name: string; type: FeatureType }[];
  online: boolean;
  /** The group's own time to live. */
  ttl?: { Unit?: string | undefined; Value?: number | undefined };
  offline?: Target;
}

export const validationError = (message: string) => new AwsError('ValidationError', message, { status: 400 });

/** The feature group that a call names; `missing` is the error's code when there is none. */
export async function findGroup(
  kernel: Kernel,
  FeatureGroupName: string | undefined,
  missing: 'ResourceNotFound' | 'ValidationError',
): Promise<Group> {
  // Whoever may write records needn't be allowed to describe the group.
  const caller = internalCaller('sagemaker.amazonaws.com', kernel.account);
  const found = await kernel
    .call('sagemaker', 'DescribeFeatureGroup', { FeatureGroupName }, caller)
    .catch((error: unknown) => {
      if (error instanceof AwsError && error.code === 'ResourceNotFound')
        throw new AwsError(missing, error.message, { cause: error });
      throw error;
    });
  if (found.FeatureGroupStatus !== 'Created')
    throw validationError(`FeatureGroup ${FeatureGroupName} is ${found.FeatureGroupStatus}, not Created.`);
  const features = (found.FeatureDefinitions ?? []).map(({ FeatureName = '', FeatureType = 'String' }) => ({
    name: FeatureName,
    type: FeatureType,
  }));
  const uri = found.OfflineStoreConfig?.S3StorageConfig?.ResolvedOutputS3Uri;
  return {
    key: `${found.FeatureGroupName}/${found.CreationTime?.getTime()}`,
    identifier: found.RecordIdentifierFeatureName ?? '',
    eventTime: found.EventTimeFeatureName ?? '',
    features,
    online: found.OnlineStoreConfig?.EnableOnlineStore ?? false,
    ...(found.OnlineStoreConfig?.TtlDuration && { ttl: found.OnlineStoreConfig.TtlDuration }),
    ...(uri !== undefined && { offline: { uri, roleArn: found.RoleArn ?? '', features } }),
  };
}
