import type { Operation } from '../../../kernel/service.ts';
import { type FeatureGroups, requireFeatureGroup } from '../feature-groups.ts';

/** All features at once: `NextToken` is empty. */
export const describeFeatureGroup: Operation<'sagemaker', 'DescribeFeatureGroup', { featureGroups: FeatureGroups }> = (
  { FeatureGroupName },
  _request,
  { featureGroups },
) => {
  const { name, arn, status, features, offline, input, ...group } = requireFeatureGroup(
    featureGroups,
    FeatureGroupName,
  );
  return {
    FeatureGroupArn: arn,
    FeatureGroupName: name,
    RecordIdentifierFeatureName: input.RecordIdentifierFeatureName,
    EventTimeFeatureName: input.EventTimeFeatureName,
    FeatureDefinitions: features,
    CreationTime: new Date(group.creationTime),
    LastModifiedTime: new Date(group.lastModifiedTime),
    OnlineStoreConfig: input.OnlineStoreConfig,
    ...(offline && {
      OfflineStoreConfig: {
        ...input.OfflineStoreConfig,
        S3StorageConfig: {
          S3Uri: '',
          ...input.OfflineStoreConfig?.S3StorageConfig,
          ResolvedOutputS3Uri: offline.uri,
        },
        DisableGlueTableCreation: offline.catalog === undefined,
        ...(offline.catalog && { DataCatalogConfig: offline.catalog }),
        TableFormat: input.OfflineStoreConfig?.TableFormat ?? 'Glue',
      },
      OfflineStoreStatus: { Status: 'Active' as const },
    }),
    ThroughputConfig: { ThroughputMode: input.ThroughputConfig?.ThroughputMode ?? 'OnDemand' },
    RoleArn: input.RoleArn,
    FeatureGroupStatus: status,
    FailureReason: group.failureReason,
    Description: input.Description,
    NextToken: '',
  };
};
