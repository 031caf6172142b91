import type { Operation } from '../../../kernel/service.ts';
import { findPackage, packageKey, type Registry } from '../registry.ts';

export const deleteModelPackage: Operation<'sagemaker', 'DeleteModelPackage', { registry: Registry }> = (
  { ModelPackageName = '' },
  _request,
  { registry },
) => {
  const found = findPackage(registry, ModelPackageName);
  registry.packages.delete(packageKey(found.group, found.version));
  registry.tags.clear(found.arn);
  return {};
};
