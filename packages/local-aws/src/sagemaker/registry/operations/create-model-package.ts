import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { checkCount } from '../../limits.ts';
import { checkMetadata, findGroup, type ModelPackage, packageKey, type Registry } from '../registry.ts';
import { emitStateChange } from '../state-change.ts';

/** Versioned packages only: those without a group (`ModelPackageName`) are not registered here. */
export const createModelPackage: Operation<'sagemaker', 'CreateModelPackage', { registry: Registry }> = (
  input,
  { caller },
  { registry },
) => {
  const { ModelPackageGroupName, ModelPackageName, ClientToken } = input;
  if (ModelPackageGroupName === undefined || ModelPackageName !== undefined)
    throw new AwsError(
      'ValidationException',
      ModelPackageGroupName === undefined
        ? 'This endpoint registers versioned model packages only: give ModelPackageGroupName.'
        : 'Both ModelPackageName and ModelPackageGroupName cannot be provided: give ModelPackageGroupName.',
    );
  const group = findGroup(registry, ModelPackageGroupName);
  if (!input.InferenceSpecification?.Containers?.length)
    throw new AwsError('ValidationException', 'InferenceSpecification with at least one container must be provided.');
  checkCount('inferenceSpecification.containers', input.InferenceSpecification.Containers, 15);
  checkMetadata(input.CustomerMetadataProperties);
  const known = ClientToken === undefined ? undefined : registry.tokens.get(ClientToken);
  if (known) return { ModelPackageArn: known.arn };
  const now = registry.kernel.clock.now();
  const version = group.nextVersion;
  const { Tags, ...stored } = input;
  const created: ModelPackage = {
    arn: registry.kernel.arn('sagemaker', `model-package/${group.name.toLowerCase()}/${version}`),
    group: group.name,
    version,
    creationTime: now,
    createdBy: caller.arn,
    lastModifiedTime: now,
    status: 'Completed',
    approval: input.ModelApprovalStatus ?? 'PendingManualApproval',
    ...(input.CustomerMetadataProperties && { customerMetadata: input.CustomerMetadataProperties }),
    input: stored,
  };
  registry.groups.put(group.name, { ...group, nextVersion: version + 1 });
  registry.packages.put(packageKey(group.name, version), created);
  registry.tags.add(created.arn, Tags);
  if (ClientToken !== undefined) registry.tokens.put(ClientToken, { arn: created.arn });
  emitStateChange(registry, created);
  return { ModelPackageArn: created.arn };
};
