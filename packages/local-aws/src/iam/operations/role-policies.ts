import type { Operation } from '../../kernel/service.ts';
import { MANAGED_POLICIES } from '../managed-policies.ts';
import { checkPolicy, type Iam, noSuchEntity, requireRole } from '../role.ts';

export const putRolePolicy: Operation<'iam', 'PutRolePolicy', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  const document = input.PolicyDocument ?? '';
  checkPolicy(document, 'identity');
  iam.roles.put(role.name, {
    ...role,
    inlinePolicies: { ...role.inlinePolicies, [input.PolicyName ?? '']: document },
  });
  return {};
};

export const getRolePolicy: Operation<'iam', 'GetRolePolicy', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  const name = input.PolicyName ?? '';
  const document = role.inlinePolicies[name];
  if (document === undefined) throw noSuchEntity(`The role policy with name ${name} cannot be found.`);
  return { RoleName: role.name, PolicyName: name, PolicyDocument: encodeURIComponent(document) };
};

export const deleteRolePolicy: Operation<'iam', 'DeleteRolePolicy', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  const { [input.PolicyName ?? '']: removed, ...inlinePolicies } = role.inlinePolicies;
  if (removed === undefined) throw noSuchEntity(`The role policy with name ${input.PolicyName} cannot be found.`);
  iam.roles.put(role.name, { ...role, inlinePolicies });
  return {};
};

export const listRolePolicies: Operation<'iam', 'ListRolePolicies', Iam> = (input, _request, iam) => ({
  PolicyNames: Object.keys(requireRole(iam, input.RoleName).inlinePolicies).sort(),
  IsTruncated: false,
});

export const attachRolePolicy: Operation<'iam', 'AttachRolePolicy', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  const arn = input.PolicyArn ?? '';
  if (!Object.hasOwn(MANAGED_POLICIES, arn)) throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  const others = role.attachedPolicies.filter((policy) => policy.arn !== arn);
  iam.roles.put(role.name, { ...role, attachedPolicies: [...others, attachedPolicy(arn)] });
  return {};
};

export const detachRolePolicy: Operation<'iam', 'DetachRolePolicy', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  const attachedPolicies = role.attachedPolicies.filter((policy) => policy.arn !== input.PolicyArn);
  if (attachedPolicies.length === role.attachedPolicies.length)
    throw noSuchEntity(`Policy ${input.PolicyArn} was not found.`);
  iam.roles.put(role.name, { ...role, attachedPolicies });
  return {};
};

export const listAttachedRolePolicies: Operation<'iam', 'ListAttachedRolePolicies', Iam> = (input, _request, iam) => ({
  AttachedPolicies: requireRole(iam, input.RoleName).attachedPolicies.map(({ arn, name }) => ({
    PolicyArn: arn,
    PolicyName: name,
  })),
  IsTruncated: false,
});

/** A policy's name is the last part of its ARN. */
export function attachedPolicy(arn: string): { arn: string; name: string } {
  return { arn, name: arn.slice(arn.lastIndexOf('/') + 1) };
}
