import type { PolicyText } from '../kernel/authorization/authorization.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import { MANAGED_POLICIES } from './managed-policies.ts';
import type { Iam, Role } from './role.ts';

const role = ({ RoleName = '' }: { RoleName?: string | undefined }, kernel: Kernel, { roles }: Iam) =>
  roles.get(RoleName)?.arn ?? kernel.arn('iam', `role/${RoleName}`, 'regionless');

/** A role's name is the last part of its ARN; a role of that name below another path is another one. */
const roleOf = (arn: string, { roles }: Iam) => {
  const found = roles.get(arn.slice(arn.lastIndexOf('/') + 1));
  return found?.arn === arn ? found : undefined;
};

/** What a role may do: its own policies and those that are attached to it. */
export function policiesOf({ inlinePolicies, attachedPolicies }: Role): PolicyText[] {
  const inline = Object.entries(inlinePolicies).map(([name, text]) => ({ name, text }));
  const attached = attachedPolicies.flatMap(({ arn, name }) => {
    const text = MANAGED_POLICIES[arn];
    return text === undefined ? [] : { name, text };
  });
  return [...inline, ...attached];
}

export const iamAuthorization: ServiceAuthorization<'iam', Iam> = {
  prefix: 'iam',
  permissions: {
    AttachRolePolicy: role,
    CreateRole: ({ Path = '/', RoleName }, kernel) => kernel.arn('iam', `role${Path}${RoleName}`, 'regionless'),
    DeleteRole: role,
    DeleteRolePolicy: role,
    DetachRolePolicy: role,
    GetRole: role,
    GetRolePolicy: role,
    ListAttachedRolePolicies: role,
    ListRolePolicies: role,
    ListRoles: (_input, kernel) => kernel.arn('iam', 'role/', 'regionless'),
    PutRolePolicy: role,
    TagRole: role,
    UntagRole: role,
    UpdateAssumeRolePolicy: role,
    UpdateRole: role,
  },
  identityPolicies(roleArn, iam) {
    const found = roleOf(roleArn, iam);
    return found ? policiesOf(found) : [];
  },
  trustPolicies(roleArn, iam) {
    const found = roleOf(roleArn, iam);
    return found ? [{ name: 'AssumeRolePolicyDocument', text: found.trustPolicy }] : [];
  },
};
