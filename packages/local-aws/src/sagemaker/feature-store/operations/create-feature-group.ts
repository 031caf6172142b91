import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { joinS3Uri, parseS3Uri } from '../../storage/s3-uri.ts';
import { checkFeatureGroup } from '../definitions.ts';
import { CREATE_TASK, DEFAULT_DATABASE, type FeatureGroup, type FeatureGroups } from '../feature-groups.ts';

export const createFeatureGroup: Operation<'sagemaker', 'CreateFeatureGroup', { featureGroups: FeatureGroups }> = (
  input,
  _request,
  { featureGroups: { kernel, groups, tags } },
) => {
  checkFeatureGroup(input);
  const { FeatureGroupName: name = '', OfflineStoreConfig: offline } = input;
  const lower = name.toLowerCase();
  const arn = kernel.arn('sagemaker', `feature-group/${lower}`);
  if (groups.list().some(({ value }) => value.name.toLowerCase() === lower))
    throw new AwsError(
      'ResourceInUse',
      `Resource Already Exists: FeatureGroup with name ${name} already exists. Choose a different name.`,
    );
  const now = kernel.clock.now();
  // The folder and the table are told from those of an earlier group of this name by the second of creation.
  const unique = `${name}-${Math.floor(now / 1000)}`;
  const base = offline?.S3StorageConfig?.S3Uri ?? '';
  if (offline && !parseS3Uri(base)) throw new AwsError('ValidationException', `${base} is not a valid S3 URI`);
  const { Catalog, Database, TableName } = offline?.DataCatalogConfig ?? {};
  const group: FeatureGroup = {
    name,
    arn,
    status: 'Creating',
    features: input.FeatureDefinitions ?? [],
    creationTime: now,
    lastModifiedTime: now,
    ...(offline && {
      offline: {
        uri: joinS3Uri(base, kernel.account, 'sagemaker', kernel.region, 'offline-store', unique, 'data'),
        ...(!offline.DisableGlueTableCreation && {
          catalog: {
            Catalog: Catalog ?? 'AwsDataCatalog',
            Database: Database ?? DEFAULT_DATABASE,
            TableName: TableName ?? unique.toLowerCase(),
          },
        }),
      },
    }),
    input,
  };
  groups.put(name, group);
  tags.add(arn, input.Tags);
  kernel.outbox.add(CREATE_TASK, { name });
  return { FeatureGroupArn: arn };
};
