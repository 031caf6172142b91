import type { Operation } from '../../../kernel/service.ts';
import { matches, page, sorted } from '../../pages.ts';
import type { FeatureGroups } from '../feature-groups.ts';

export const listFeatureGroups: Operation<'sagemaker', 'ListFeatureGroups', { featureGroups: FeatureGroups }> = (
  input,
  _request,
  { featureGroups },
) => {
  const found = featureGroups.groups
    .list()
    .map(({ value }) => value)
    .filter(
      (group) =>
        matches(group, input) &&
        (input.FeatureGroupStatusEquals === undefined || group.status === input.FeatureGroupStatusEquals),
    );
  const by = input.SortBy === 'Name' ? 'name' : 'creationTime';
  const { items, NextToken } = page(
    sorted(found, (group) => group[by], input.SortOrder),
    input,
  );
  return {
    FeatureGroupSummaries: items.map((group) => ({
      FeatureGroupName: group.name,
      FeatureGroupArn: group.arn,
      CreationTime: new Date(group.creationTime),
      FeatureGroupStatus: group.status,
      ...(group.offline && { OfflineStoreStatus: { Status: 'Active' as const } }),
    })),
    NextToken: NextToken ?? '',
  };
};
