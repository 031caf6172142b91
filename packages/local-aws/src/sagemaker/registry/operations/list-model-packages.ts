import type { Operation } from '../../../kernel/service.ts';
import { matches, page, sorted } from '../../pages.ts';
import { findGroup, type Registry } from '../registry.ts';

export const listModelPackages: Operation<'sagemaker', 'ListModelPackages', { registry: Registry }> = (
  input,
  _request,
  { registry },
) => {
  const { ModelPackageGroupName, ModelApprovalStatus } = input;
  const group = ModelPackageGroupName === undefined ? undefined : findGroup(registry, ModelPackageGroupName);
  const packages = registry.packages
    .list(group && { prefix: `${group.name}/` })
    .map(({ value }) => value)
    .filter(
      (found) =>
        matches({ ...found, name: found.group }, input) &&
        (ModelApprovalStatus === undefined || found.approval === ModelApprovalStatus),
    );
  const { items, NextToken } = page(
    sorted(packages, (found) => (input.SortBy === 'Name' ? found.group : found.creationTime), input.SortOrder),
    input,
  );
  return {
    ModelPackageSummaryList: items.map((found) => ({
      ModelPackageGroupName: found.group,
      ModelPackageVersion: found.version,
      ModelPackageArn: found.arn,
      ModelPackageDescription: found.input.ModelPackageDescription,
      CreationTime: new Date(found.creationTime),
      ModelPackageStatus: found.status,
      ModelApprovalStatus: found.approval,
    })),
    NextToken,
  };
};
