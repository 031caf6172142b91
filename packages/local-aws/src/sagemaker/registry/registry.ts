import type {
  CreateModelPackageGroupInput,
  CreateModelPackageInput,
  ModelApprovalStatus,
  ModelPackageStatus,
} from '@aws-sdk/client-sagemaker';
import { nameIn } from '../../kernel/arn.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Collection } from '../../kernel/store.ts';
import { checkCount, checkLength, checkValues } from '../limits.ts';
import type { Tags } from '../tagging/tags.ts';

export interface ModelPackageGroup {
  name: string;
  arn: string;
  description?: string;
  /** Milliseconds since the epoch. */
  creationTime: number;
  createdBy: string;
  /** The version that the next package gets: numbers of deleted ones aren't given again. */
  nextVersion: number;
}

/** A version in a group. */
export interface ModelPackage {
  arn: string;
  group: string;
  version: number;
  creationTime: number;
  createdBy: string;
  lastModifiedTime: number;
  lastModifiedBy?: string;
  status: ModelPackageStatus;
  approval: ModelApprovalStatus;
  approvalDescription?: string;
  customerMetadata?: Record<string, string>;
  /** What it was created with; approval and customer metadata are kept above, where they change. */
  input: CreateModelPackageInput;
}

/** The model registry: groups of versioned model packages. */
export interface Registry {
  kernel: Kernel;
  tags: Tags;
  groups: Collection<ModelPackageGroup>;
  packages: Collection<ModelPackage>;
  /** Packages by the client token that they were created with. */
  tokens: Collection<{ arn: string }>;
}

export function createRegistry(kernel: Kernel, tags: Tags): Registry {
  return {
    kernel,
    tags,
    groups: kernel.store.collection('sagemaker_model_package_groups'),
    packages: kernel.store.collection('sagemaker_model_packages'),
    tokens: kernel.store.collection('sagemaker_model_package_tokens'),
  };
}

/** The key of a package: keys of a group's packages sort by version. */
export const packageKey = (group: string, version: number) => `${group}/${String(version).padStart(9, '0')}`;

/** SageMaker writes names in ARNs in lower case. */
export const groupArn = (kernel: Kernel, name: string) =>
  kernel.arn('sagemaker', `model-package-group/${name.toLowerCase()}`);

/** The group of this name or ARN. */
export function findGroup(registry: Registry, nameOrArn: string): ModelPackageGroup {
  const name = nameIn(registry.kernel, nameOrArn, 'sagemaker', 'model-package-group/') ?? nameOrArn;
  const group = registry.groups.get(name) ?? byLowerCase(registry, name);
  if (!group)
    throw new AwsError('ValidationException', `ModelPackageGroup ${groupArn(registry.kernel, name)} does not exist.`);
  return group;
}

const byLowerCase = (registry: Registry, name: string) =>
  registry.groups.list().find(({ value }) => value.name.toLowerCase() === name.toLowerCase())?.value;

/** The package of this ARN. */
export function findPackage(registry: Registry, arn: string): ModelPackage {
  const match = /^([^/]+)\/(\d+)$/.exec(nameIn(registry.kernel, arn, 'sagemaker', 'model-package/') ?? '');
  const group =
    match?.[1] === undefined ? undefined : (registry.groups.get(match[1]) ?? byLowerCase(registry, match[1]));
  const found = group && registry.packages.get(packageKey(group.name, Number(match?.[2])));
  if (!found) throw new AwsError('ValidationException', `ModelPackage ${arn} does not exist.`);
  return found;
}

/** What a package may carry of its owner's own. */
export function checkMetadata(metadata: Record<string, string> | undefined): void {
  checkCount('customerMetadataProperties', metadata, 50);
  checkValues('customerMetadataProperties', metadata, 256, 1);
  for (const key of Object.keys(metadata ?? {})) checkLength('customerMetadataProperties.key', key, 128, 1);
}

/** Stores a new group. */
export function addGroup(
  registry: Registry,
  input: CreateModelPackageGroupInput,
  createdBy: string,
): ModelPackageGroup {
  const name = input.ModelPackageGroupName ?? '';
  const arn = groupArn(registry.kernel, name);
  if (!/^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$/.test(name))
    throw new AwsError(
      'ValidationException',
      `Value '${name}' at 'modelPackageGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`,
    );
  if (registry.groups.get(name) ?? byLowerCase(registry, name))
    throw new AwsError('ValidationException', `Model Package Group already exists: ${arn}`);
  const group: ModelPackageGroup = {
    name,
    arn,
    ...(input.ModelPackageGroupDescription !== undefined && { description: input.ModelPackageGroupDescription }),
    creationTime: registry.kernel.clock.now(),
    createdBy,
    nextVersion: 1,
  };
  registry.groups.put(name, group);
  registry.tags.add(arn, input.Tags);
  return group;
}
