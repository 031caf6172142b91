import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { findGroup, type Registry } from '../registry.ts';

export const deleteModelPackageGroup: Operation<'sagemaker', 'DeleteModelPackageGroup', { registry: Registry }> = (
  { ModelPackageGroupName = '' },
  _request,
  { registry },
) => {
  const group = findGroup(registry, ModelPackageGroupName);
  if (registry.packages.list({ prefix: `${group.name}/`, limit: 1 }).length > 0)
    throw new AwsError(
      'ConflictException',
      `Model Package Group ${group.arn} cannot be deleted since it contains Model Packages.`,
    );
  registry.groups.delete(group.name);
  registry.tags.clear(group.arn);
  return {};
};
