import type { CreateFeatureGroupRequest, FeatureDefinition } from '@aws-sdk/client-sagemaker';
import { AwsError } from '../../kernel/errors.ts';
import { ADDED_COLUMNS } from './feature-groups.ts';

const NAME = /^[a-zA-Z0-9]([_-]*[a-zA-Z0-9]){0,63}$/;
const invalid = (message: string) => new AwsError('ValidationException', message);

/** What "Quotas, Naming Rules and Data Types" and the guide ask of a new group. */
export function checkFeatureGroup(input: CreateFeatureGroupRequest): void {
  const { FeatureGroupName: name = '', FeatureDefinitions: features = [], OfflineStoreConfig: offline } = input;
  if (!NAME.test(name))
    throw invalid(
      `1 validation error detected: Value '${name}' at 'featureGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${NAME.source.slice(1, -1)}`,
    );
  checkFeatures(features);
  const named = (feature: string | undefined) => features.find(({ FeatureName }) => FeatureName === feature);
  const { RecordIdentifierFeatureName: identifier, EventTimeFeatureName: eventTime } = input;
  if (!named(identifier)) throw invalid(`RecordIdentifierFeatureName ${identifier} is not among FeatureDefinitions`);
  const time = named(eventTime);
  if (!time) throw invalid(`EventTimeFeatureName ${eventTime} is not among FeatureDefinitions`);
  if (time.FeatureType === 'Integral') throw invalid('The event time feature must be of type String or Fractional');
  if (!input.OnlineStoreConfig?.EnableOnlineStore && !offline)
    throw invalid('At least one of OnlineStoreConfig and OfflineStoreConfig must be enabled');
  if (offline && input.RoleArn === undefined) throw invalid('RoleArn is required with an offline store');
  if (offline?.TableFormat === 'Iceberg')
    throw invalid('TableFormat Iceberg is not supported by this endpoint: use Glue.');
  if (input.OnlineStoreConfig?.StorageType === 'InMemory')
    throw invalid('StorageType InMemory is not supported by this endpoint: use Standard.');
}

/** Names that may be, each once, and types that exist here. */
export function checkFeatures(features: FeatureDefinition[]): void {
  if (features.length < 1 || features.length > 2500)
    throw invalid(`A feature group has from 1 to 2500 features, not ${features.length}`);
  const seen = new Set<string>();
  for (const { FeatureName = '', CollectionType } of features) {
    const lower = FeatureName.toLowerCase();
    if (!NAME.test(FeatureName)) throw invalid(`Feature name '${FeatureName}' must match ${NAME.source.slice(1, -1)}`);
    if (ADDED_COLUMNS.some(({ Name }) => Name === lower)) throw invalid(`Feature name '${FeatureName}' is reserved`);
    if (seen.has(lower)) throw invalid(`Feature name '${FeatureName}' is defined twice`);
    if (CollectionType !== undefined)
      throw invalid(`CollectionType ${CollectionType} of feature ${FeatureName} is not supported by this endpoint.`);
    seen.add(lower);
  }
}
