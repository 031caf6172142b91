import type { Operation } from '../../../kernel/service.ts';
import { findGroup, type Registry } from '../registry.ts';

export const describeModelPackageGroup: Operation<'sagemaker', 'DescribeModelPackageGroup', { registry: Registry }> = (
  { ModelPackageGroupName = '' },
  _request,
  { registry },
) => {
  const group = findGroup(registry, ModelPackageGroupName);
  return {
    ModelPackageGroupName: group.name,
    ModelPackageGroupArn: group.arn,
    ModelPackageGroupDescription: group.description,
    CreationTime: new Date(group.creationTime),
    CreatedBy: { IamIdentity: { Arn: group.createdBy } },
    ModelPackageGroupStatus: 'Completed',
  };
};
