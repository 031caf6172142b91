import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  FunctionName: z.string(),
  Action: z.string(),
  Principal: z.string(),
  SourceArn: z.string().optional(),
  SourceAccount: z.string().optional(),
});

/** Every change replaces it, as in CloudFormation. */
export const permissionResource = resourceProvider<z.infer<typeof properties>>({
  properties,
  async create(properties, context) {
    const StatementId = context.physicalName(100);
    await context.kernel.call('lambda', 'AddPermission', { ...properties, StatementId }, context.caller);
    return { physicalId: StatementId, attributes: { Id: StatementId } };
  },
  async delete({ physicalId: StatementId }, { FunctionName }, { kernel, caller }) {
    try {
      await kernel.call('lambda', 'RemovePermission', { FunctionName, StatementId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});
