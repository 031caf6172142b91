import type { Operations } from '../../kernel/service.ts';
import type { FeatureGroups } from './feature-groups.ts';
import { createFeatureGroup } from './operations/create-feature-group.ts';
import { deleteFeatureGroup } from './operations/delete-feature-group.ts';
import { describeFeatureGroup } from './operations/describe-feature-group.ts';
import { listFeatureGroups } from './operations/list-feature-groups.ts';
import { updateFeatureGroup } from './operations/update-feature-group.ts';

export const featureGroupOperations = {
  CreateFeatureGroup: createFeatureGroup,
  DeleteFeatureGroup: deleteFeatureGroup,
  DescribeFeatureGroup: describeFeatureGroup,
  ListFeatureGroups: listFeatureGroups,
  UpdateFeatureGroup: updateFeatureGroup,
} satisfies Operations<'sagemaker', { featureGroups: FeatureGroups }>;
