import { z } from 'zod';
import { AwsError } from '../../../kernel/errors.ts';
import { type ResourceContext, resourceProvider } from '../../../kernel/resource-provider.ts';

/** CloudFormation accepts booleans as text. */
const flag = z.union([z.boolean(), z.stringbool()]);
const feature = z.strictObject({
  FeatureName: z.string(),
  FeatureType: z.enum(['String', 'Integral', 'Fractional']),
});

const properties = z.strictObject({
  FeatureGroupName: z.string(),
  RecordIdentifierFeatureName: z.string(),
  EventTimeFeatureName: z.string(),
  FeatureDefinitions: z.array(feature),
  OnlineStoreConfig: z
    .strictObject({
      EnableOnlineStore: flag.optional(),
      StorageType: z.enum(['Standard', 'InMemory']).optional(),
      SecurityConfig: z.strictObject({ KmsKeyId: z.string().optional() }).optional(),
    })
    .optional(),
  OfflineStoreConfig: z
    .strictObject({
      S3StorageConfig: z.strictObject({ S3Uri: z.string(), KmsKeyId: z.string().optional() }),
      DisableGlueTableCreation: flag.optional(),
      DataCatalogConfig: z
        .strictObject({ Catalog: z.string(), Database: z.string(), TableName: z.string() })
        .optional(),
      TableFormat: z.enum(['Glue', 'Iceberg']).optional(),
    })
    .optional(),
  RoleArn: z.string().optional(),
  Description: z.string().optional(),
  ThroughputConfig: z.strictObject({ ThroughputMode: z.literal('OnDemand') }).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});
type Properties = z.infer<typeof properties>;

const fixed = ({ FeatureDefinitions: _features, Tags: _tags, ...rest }: Properties) => JSON.stringify(rest);
const added = (next: Properties, previous: Properties) =>
  next.FeatureDefinitions.filter(
    ({ FeatureName }) => !previous.FeatureDefinitions.some((old) => old.FeatureName === FeatureName),
  );

/** `AWS::SageMaker::FeatureGroup`: features can be added in place, every other change replaces it. */
export const featureGroupResource = resourceProvider({
  properties,
  async create(given, context) {
    try {
      await context.kernel.call('sagemaker', 'CreateFeatureGroup', given, context.caller);
    } catch (error) {
      // Making it takes several commits; a crash between them leaves a group that is on its way.
      if (!(context.repeated && error instanceof AwsError && error.code === 'ResourceInUse')) throw error;
    }
    const group = await created(given.FeatureGroupName, context);
    return {
      physicalId: given.FeatureGroupName,
      attributes: {
        CreationTime: group.CreationTime?.toISOString() ?? '',
        FeatureGroupStatus: group.FeatureGroupStatus ?? '',
      },
    };
  },
  replaces: (next, previous) =>
    fixed(next) !== fixed(previous) ||
    JSON.stringify(next.FeatureDefinitions.filter((one) => !added(next, previous).includes(one))) !==
      JSON.stringify(previous.FeatureDefinitions),
  async update(state, next, previous, { kernel, caller }) {
    const FeatureAdditions = added(next, previous);
    const FeatureGroupName = state.physicalId;
    if (FeatureAdditions.length > 0)
      await kernel.call('sagemaker', 'UpdateFeatureGroup', { FeatureGroupName, FeatureAdditions }, caller);
    if (next.Tags) {
      const { FeatureGroupArn } = await kernel.call('sagemaker', 'DescribeFeatureGroup', { FeatureGroupName }, caller);
      await kernel.call('sagemaker', 'AddTags', { ResourceArn: FeatureGroupArn, Tags: next.Tags }, caller);
    }
    return state;
  },
  async delete({ physicalId }, _properties, { kernel, caller }) {
    try {
      await kernel.call('sagemaker', 'DeleteFeatureGroup', { FeatureGroupName: physicalId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFound')) throw error;
    }
  },
});

/** Waits until the group is made; its table and database take a few turns. */
async function created(FeatureGroupName: string, { kernel, caller }: ResourceContext) {
  for (;;) {
    const group = await kernel.call('sagemaker', 'DescribeFeatureGroup', { FeatureGroupName }, caller);
    if (group.FeatureGroupStatus === 'Created') return group;
    if (group.FeatureGroupStatus !== 'Creating')
      throw new AwsError('ValidationException', `FeatureGroup ${FeatureGroupName}: ${group.FailureReason}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
