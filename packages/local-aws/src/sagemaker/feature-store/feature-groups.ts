import type {
  CreateFeatureGroupRequest,
  DataCatalogConfig,
  FeatureDefinition,
  FeatureGroupStatus,
} from '@aws-sdk/client-sagemaker';
import { nameIn } from '../../kernel/arn.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Collection } from '../../kernel/store.ts';
import type { Tags } from '../tagging/tags.ts';

export interface FeatureGroup {
  name: string;
  arn: string;
  status: FeatureGroupStatus;
  failureReason?: string;
  features: FeatureDefinition[];
  /** Milliseconds since the epoch, as all times here. */
  creationTime: number;
  lastModifiedTime: number;
  /** Present with an offline store. */
  offline?: { uri: string; catalog?: Required<DataCatalogConfig> };
  input: CreateFeatureGroupRequest;
}

/** Feature Store's control plane; records are the runtime's. */
export interface FeatureGroups {
  kernel: Kernel;
  tags: Tags;
  groups: Collection<FeatureGroup>;
}

export const CREATE_TASK = 'sagemaker:feature-group';

export const createFeatureGroups = (kernel: Kernel, tags: Tags): FeatureGroups => ({
  kernel,
  tags,
  groups: kernel.store.collection('sagemaker_feature_groups'),
});

/** The group of this name or ARN. */
export function requireFeatureGroup({ groups, kernel }: FeatureGroups, nameOrArn: string | undefined): FeatureGroup {
  const name = nameIn(kernel, nameOrArn, 'sagemaker', 'feature-group/') ?? nameOrArn ?? '';
  const lower = name.toLowerCase();
  const found = groups.get(name) ?? groups.list().find(({ value }) => value.name.toLowerCase() === lower)?.value;
  if (!found)
    throw new AwsError(
      'ResourceNotFound',
      `Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name ${name} in ${kernel.region}`,
    );
  return found;
}

/** The catalog that a group without one of its own gets its table in. */
export const DEFAULT_DATABASE = 'sagemaker_featurestore';

/** Columns that Feature Store adds to each record of an offline store ("Offline Store Data Format"). */
export const ADDED_COLUMNS = [
  { Name: 'write_time', Type: 'timestamp' },
  { Name: 'api_invocation_time', Type: 'timestamp' },
  { Name: 'is_deleted', Type: 'boolean' },
];
