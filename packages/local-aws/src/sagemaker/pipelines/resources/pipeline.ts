import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../../../kernel/errors.ts';
import { resourceProvider } from '../../../kernel/resource-provider.ts';

const body = z.strictObject({ PipelineDefinitionBody: z.string() });
const location = z.strictObject({
  PipelineDefinitionS3Location: z.strictObject({
    Bucket: z.string(),
    Key: z.string(),
    Version: z.string().optional(),
    ETag: z.string().optional(),
  }),
});
type DefinitionProperty = z.infer<typeof body> | z.infer<typeof location>;

const definition = (property: DefinitionProperty) => {
  if ('PipelineDefinitionBody' in property) return { PipelineDefinition: property.PipelineDefinitionBody };
  const { Bucket, Key, Version } = property.PipelineDefinitionS3Location;
  return {
    PipelineDefinitionS3Location: { Bucket, ObjectKey: Key, ...(Version !== undefined && { VersionId: Version }) },
  };
};

/** `AWS::SageMaker::Pipeline`. */
export const pipelineResource = resourceProvider({
  properties: z.strictObject({
    PipelineName: z.string(),
    PipelineDisplayName: z.string().optional(),
    PipelineDescription: z.string().optional(),
    PipelineDefinition: z.union([body, location]),
    RoleArn: z.string(),
    ParallelismConfiguration: z
      .strictObject({ MaxParallelExecutionSteps: z.coerce.number().int().positive() })
      .optional(),
    Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
  }),
  async create(properties, { kernel, caller }) {
    const { PipelineDefinition, ...rest } = properties;
    await kernel.call(
      'sagemaker',
      'CreatePipeline',
      { ...rest, ...definition(PipelineDefinition), ClientRequestToken: randomUUID() },
      caller,
    );
    return { physicalId: properties.PipelineName, attributes: {} };
  },
  replaces: (next, previous) => next.PipelineName !== previous.PipelineName,
  async update(state, next, _previous, { kernel, caller }) {
    const { PipelineDefinition, Tags, ...rest } = next;
    const { PipelineArn } = await kernel.call(
      'sagemaker',
      'UpdatePipeline',
      { ...rest, ...definition(PipelineDefinition) },
      caller,
    );
    if (Tags) await kernel.call('sagemaker', 'AddTags', { ResourceArn: PipelineArn, Tags }, caller);
    return state;
  },
  async delete({ physicalId }, _properties, { kernel, caller }) {
    const input = { PipelineName: physicalId, ClientRequestToken: randomUUID() };
    try {
      await kernel.call('sagemaker', 'DeletePipeline', input, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFound')) throw error;
    }
  },
});
