import type { Operations } from '../../kernel/service.ts';
import { createModelPackage } from './operations/create-model-package.ts';
import { createModelPackageGroup } from './operations/create-model-package-group.ts';
import { deleteModelPackage } from './operations/delete-model-package.ts';
import { deleteModelPackageGroup } from './operations/delete-model-package-group.ts';
import { describeModelPackage } from './operations/describe-model-package.ts';
import { describeModelPackageGroup } from './operations/describe-model-package-group.ts';
import { listModelPackageGroups } from './operations/list-model-package-groups.ts';
import { listModelPackages } from './operations/list-model-packages.ts';
import { updateModelPackage } from './operations/update-model-package.ts';
import type { Registry } from './registry.ts';

export const registryOperations = {
  CreateModelPackage: createModelPackage,
  CreateModelPackageGroup: createModelPackageGroup,
  DeleteModelPackage: deleteModelPackage,
  DeleteModelPackageGroup: deleteModelPackageGroup,
  DescribeModelPackage: describeModelPackage,
  DescribeModelPackageGroup: describeModelPackageGroup,
  ListModelPackageGroups: listModelPackageGroups,
  ListModelPackages: listModelPackages,
  UpdateModelPackage: updateModelPackage,
} satisfies Operations<'sagemaker', { registry: Registry }>;
