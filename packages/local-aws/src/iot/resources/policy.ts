import { z } from 'zod';
import { resourceProvider } from '../../kernel/resource-provider.ts';
import { whetherGone } from './gone.ts';

const properties = z.strictObject({
  PolicyName: z.string().optional(),
  PolicyDocument: z.union([z.string(), z.record(z.string(), z.unknown())]),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});
type Properties = z.infer<typeof properties>;

const textOf = ({ PolicyDocument: document }: Properties) =>
  typeof document === 'string' ? document : JSON.stringify(document);

export const policyResource = resourceProvider<Properties>({
  properties,
  async create(given, context) {
    const policyName = given.PolicyName ?? context.physicalName(128);
    const input = { policyName, policyDocument: textOf(given) };
    const { policyArn = '' } = await context.kernel.call('iot', 'CreatePolicy', input, context.caller);
    return { physicalId: policyName, attributes: { Arn: policyArn, Id: policyName } };
  },
  replaces: (next, previous) => next.PolicyName !== previous.PolicyName,
  async update(state, next, _previous, { kernel, caller }) {
    const input = { policyName: state.physicalId, policyDocument: textOf(next), setAsDefault: true };
    await kernel.call('iot', 'CreatePolicyVersion', input, caller);
    return state;
  },
  async delete(state, _properties, { kernel, caller }) {
    await whetherGone(kernel.call('iot', 'DeletePolicy', { policyName: state.physicalId }, caller));
  },
});
