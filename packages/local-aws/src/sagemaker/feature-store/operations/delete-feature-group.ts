import type { Operation } from '../../../kernel/service.ts';
import { type FeatureGroups, requireFeatureGroup } from '../feature-groups.ts';

/** What is in the offline store stays, with its Glue table. */
export const deleteFeatureGroup: Operation<'sagemaker', 'DeleteFeatureGroup', { featureGroups: FeatureGroups }> = (
  { FeatureGroupName },
  _request,
  { featureGroups },
) => {
  const { name, arn } = requireFeatureGroup(featureGroups, FeatureGroupName);
  featureGroups.groups.delete(name);
  featureGroups.tags.clear(arn);
  return {};
};
