import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({ PolicyName: z.string(), PolicyDocument: z.string() });

/** `AWS::Logs::ResourcePolicy`: which services may write to log groups. */
export const resourcePolicyResource = resourceProvider<z.infer<typeof properties>>({
  properties,
  async create({ PolicyName: policyName, PolicyDocument: policyDocument }, { kernel, caller }) {
    await kernel.call('logs', 'PutResourcePolicy', { policyName, policyDocument }, caller);
    return { physicalId: policyName, attributes: {} };
  },
  replaces: (next, previous) => next.PolicyName !== previous.PolicyName,
  async update(state, { PolicyName: policyName, PolicyDocument: policyDocument }, _previous, { kernel, caller }) {
    await kernel.call('logs', 'PutResourcePolicy', { policyName, policyDocument }, caller);
    return state;
  },
  async delete({ physicalId: policyName }, _properties, { kernel, caller }) {
    try {
      await kernel.call('logs', 'DeleteResourcePolicy', { policyName }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});
