import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  LogGroupName: z.string().optional(),
  RetentionInDays: z.coerce.number().int().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.coerce.string() })).optional(),
});

/** `AWS::Logs::LogGroup`. `Ref` is the name; `Arn` ends with `:*`, as CloudFormation's does. */
export const logGroupResource = resourceProvider<z.infer<typeof properties>>({
  properties,
  async create({ LogGroupName, RetentionInDays, Tags = [] }, { kernel, caller, physicalName }) {
    const logGroupName = LogGroupName ?? physicalName(512);
    const tags = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
    await kernel.call('logs', 'CreateLogGroup', { logGroupName, tags }, caller);
    if (RetentionInDays !== undefined)
      await kernel.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays: RetentionInDays }, caller);
    return { physicalId: logGroupName, attributes: { Arn: kernel.arn('logs', `log-group:${logGroupName}:*`) } };
  },
  replaces: (next, previous) => next.LogGroupName !== previous.LogGroupName,
  async update(state, { RetentionInDays }, _previous, { kernel, caller }) {
    const logGroupName = state.physicalId;
    if (RetentionInDays === undefined) await kernel.call('logs', 'DeleteRetentionPolicy', { logGroupName }, caller);
    else await kernel.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays: RetentionInDays }, caller);
    return state;
  },
  async delete({ physicalId: logGroupName }, _properties, { kernel, caller }) {
    try {
      await kernel.call('logs', 'DeleteLogGroup', { logGroupName }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});
