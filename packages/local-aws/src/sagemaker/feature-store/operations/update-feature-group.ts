import { AwsError } from '../../../kernel/errors.ts';
import type { Operation } from '../../../kernel/service.ts';
import { groupCaller, tableInput } from '../catalog-table.ts';
import { checkFeatures } from '../definitions.ts';
import { type FeatureGroups, requireFeatureGroup } from '../feature-groups.ts';

/** Adds features; none is ever removed. */
export const updateFeatureGroup: Operation<
  'sagemaker',
  'UpdateFeatureGroup',
  { featureGroups: FeatureGroups }
> = async ({ FeatureGroupName, FeatureAdditions = [] }, _request, { featureGroups }) => {
  const { kernel, groups } = featureGroups;
  const found = requireFeatureGroup(featureGroups, FeatureGroupName);
  if (found.status !== 'Created')
    throw new AwsError('ValidationException', `FeatureGroup ${found.name} is ${found.status}: it cannot be updated.`);
  const updated = { ...found, features: [...found.features, ...FeatureAdditions] };
  checkFeatures(updated.features);
  const { catalog } = found.offline ?? {};
  if (catalog)
    await kernel.call(
      'glue',
      'UpdateTable',
      { DatabaseName: catalog.Database, TableInput: tableInput(updated) },
      groupCaller(found),
    );
  groups.put(found.name, { ...updated, lastModifiedTime: kernel.clock.now() });
  return { FeatureGroupArn: found.arn };
};
