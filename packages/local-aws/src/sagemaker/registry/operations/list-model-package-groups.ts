import type { Operation } from '../../../kernel/service.ts';
import { matches, page, sorted } from '../../pages.ts';
import type { Registry } from '../registry.ts';

export const listModelPackageGroups: Operation<'sagemaker', 'ListModelPackageGroups', { registry: Registry }> = (
  input,
  _request,
  { registry },
) => {
  const groups = registry.groups.list().map(({ value }) => value);
  const { items, NextToken } = page(
    sorted(
      groups.filter((group) => matches(group, input)),
      (group) => (input.SortBy === 'Name' ? group.name : group.creationTime),
      input.SortOrder,
    ),
    input,
  );
  return {
    ModelPackageGroupSummaryList: items.map((group) => ({
      ModelPackageGroupName: group.name,
      ModelPackageGroupArn: group.arn,
      ModelPackageGroupDescription: group.description,
      CreationTime: new Date(group.creationTime),
      ModelPackageGroupStatus: 'Completed',
    })),
    NextToken,
  };
};
