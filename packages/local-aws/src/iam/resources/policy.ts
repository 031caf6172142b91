import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type ResourceContext, resourceProvider } from '../../kernel/resource-provider.ts';
import { policyDocument, policyText } from './role.ts';

type Properties = z.infer<typeof properties>;

const properties = z.strictObject({
  PolicyName: z.string(),
  PolicyDocument: policyDocument,
  Roles: z.array(z.string()).min(1, 'name at least one role; users and groups do not exist here'),
});

/** `AWS::IAM::Policy`: an inline policy in each of its roles. */
export const policyResource = resourceProvider<Properties>({
  properties,
  async create(next, context) {
    await putInRoles(next, context);
    return { physicalId: context.physicalName(128), attributes: {} };
  },
  replaces: (next, previous) => next.PolicyName !== previous.PolicyName,
  async update(state, next, previous, context) {
    await putInRoles(next, context);
    const { kernel, caller } = context;
    const { PolicyName, Roles } = next;
    for (const RoleName of previous.Roles)
      if (!Roles.includes(RoleName)) await kernel.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }, caller);
    return state;
  },
  async delete(_state, { PolicyName, Roles }, { kernel, caller }) {
    for (const RoleName of Roles)
      try {
        await kernel.call('iam', 'DeleteRolePolicy', { RoleName, PolicyName }, caller);
      } catch (error) {
        // The role, or its policy, went first.
        if (!(error instanceof AwsError && error.code === 'NoSuchEntityException')) throw error;
      }
  },
});

async function putInRoles({ PolicyName, PolicyDocument, Roles }: Properties, { kernel, caller }: ResourceContext) {
  for (const RoleName of Roles) {
    const input = { RoleName, PolicyName, PolicyDocument: policyText(PolicyDocument) };
    await kernel.call('iam', 'PutRolePolicy', input, caller);
  }
}
