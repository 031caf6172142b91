import { z } from 'zod';
import { AwsError } from '../../../kernel/errors.ts';
import { resourceProvider } from '../../../kernel/resource-provider.ts';

const tag = z.strictObject({ Key: z.string(), Value: z.string() });

/** `AWS::SageMaker::ModelPackageGroup`: every change but that of tags replaces it, as on AWS. */
export const modelPackageGroupResource = resourceProvider({
  properties: z.strictObject({
    ModelPackageGroupName: z.string(),
    ModelPackageGroupDescription: z.string().optional(),
    Tags: z.array(tag).optional(),
  }),
  async create(properties, { kernel, caller }) {
    const { ModelPackageGroupArn } = await kernel.call('sagemaker', 'CreateModelPackageGroup', properties, caller);
    const group = await kernel.call(
      'sagemaker',
      'DescribeModelPackageGroup',
      { ModelPackageGroupName: properties.ModelPackageGroupName },
      caller,
    );
    const arn = ModelPackageGroupArn ?? '';
    return {
      physicalId: arn,
      attributes: {
        ModelPackageGroupArn: arn,
        CreationTime: group.CreationTime?.toISOString() ?? '',
        ModelPackageGroupStatus: group.ModelPackageGroupStatus ?? '',
      },
    };
  },
  replaces: (next, previous) =>
    next.ModelPackageGroupName !== previous.ModelPackageGroupName ||
    next.ModelPackageGroupDescription !== previous.ModelPackageGroupDescription,
  async update(state, next, _previous, { kernel, caller }) {
    if (next.Tags)
      await kernel.call('sagemaker', 'AddTags', { ResourceArn: state.physicalId, Tags: next.Tags }, caller);
    return state;
  },
  async delete({ physicalId }, _properties, { kernel, caller }) {
    try {
      await kernel.call('sagemaker', 'DeleteModelPackageGroup', { ModelPackageGroupName: physicalId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.message.includes('does not exist'))) throw error;
    }
  },
});
