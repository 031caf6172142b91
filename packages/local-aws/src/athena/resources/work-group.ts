import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

/** CloudFormation accepts booleans and numbers as text. */
const flag = z.union([z.boolean(), z.stringbool()]);

const configuration = z.strictObject({
  EnforceWorkGroupConfiguration: flag.optional(),
  PublishCloudWatchMetricsEnabled: flag.optional(),
  ResultConfiguration: z
    .strictObject({
      OutputLocation: z.string().optional(),
      EncryptionConfiguration: z
        .strictObject({ EncryptionOption: z.enum(['SSE_S3', 'SSE_KMS', 'CSE_KMS']), KmsKey: z.string().optional() })
        .optional(),
      ExpectedBucketOwner: z.string().optional(),
    })
    .optional(),
});

/** `AWS::Athena::WorkGroup`. */
export const workGroupResource = resourceProvider({
  properties: z.strictObject({
    Name: z.string(),
    Description: z.string().optional(),
    State: z.enum(['ENABLED', 'DISABLED']).optional(),
    RecursiveDeleteOption: flag.optional(),
    WorkGroupConfiguration: configuration.optional(),
    Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
  }),
  async create({ Name, Description, State, WorkGroupConfiguration }, { kernel, caller }) {
    await kernel.call(
      'athena',
      'CreateWorkGroup',
      { Name, Description, Configuration: WorkGroupConfiguration },
      caller,
    );
    if (State === 'DISABLED') await kernel.call('athena', 'UpdateWorkGroup', { WorkGroup: Name, State }, caller);
    const { WorkGroup } = await kernel.call('athena', 'GetWorkGroup', { WorkGroup: Name }, caller);
    return { physicalId: Name, attributes: { CreationTime: WorkGroup?.CreationTime?.toISOString() ?? '' } };
  },
  replaces: (next, previous) => next.Name !== previous.Name,
  async update(state, next, _previous, { kernel, caller }) {
    const { ResultConfiguration, ...rest } = next.WorkGroupConfiguration ?? {};
    await kernel.call(
      'athena',
      'UpdateWorkGroup',
      {
        WorkGroup: state.physicalId,
        Description: next.Description,
        State: next.State ?? 'ENABLED',
        ConfigurationUpdates: {
          ...rest,
          ...(ResultConfiguration && { ResultConfigurationUpdates: ResultConfiguration }),
        },
      },
      caller,
    );
    return state;
  },
  async delete({ physicalId }, { RecursiveDeleteOption = false }, { kernel, caller }) {
    try {
      await kernel.call('athena', 'DeleteWorkGroup', { WorkGroup: physicalId, RecursiveDeleteOption }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.message.includes('is not found'))) throw error;
    }
  },
});
