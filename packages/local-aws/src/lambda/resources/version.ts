import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  FunctionName: z.string(),
  CodeSha256: z.string().optional(),
  Description: z.string().optional(),
});

/** Every change makes another version, as in CloudFormation. */
export const versionResource = resourceProvider<z.infer<typeof properties>>({
  properties,
  async create(properties, { kernel, caller }) {
    const { FunctionArn = '', Version = '' } = await kernel.call('lambda', 'PublishVersion', properties, caller);
    return { physicalId: FunctionArn, attributes: { FunctionArn, Version } };
  },
  async delete({ physicalId: FunctionName }, _properties, { kernel, caller }) {
    try {
      await kernel.call('lambda', 'DeleteFunction', { FunctionName }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});
