import type { Operation } from '../../kernel/service.ts';
import {
  checkPolicy,
  createRole as create,
  describeRole,
  type Iam,
  deleteRole as remove,
  requireRole,
} from '../role.ts';

export const createRole: Operation<'iam', 'CreateRole', Iam> = (input, _request, iam) => {
  const role = create(iam, {
    name: input.RoleName ?? '',
    path: input.Path,
    trustPolicy: input.AssumeRolePolicyDocument ?? '',
    description: input.Description,
    maxSessionDuration: input.MaxSessionDuration,
    tags: input.Tags?.map(({ Key = '', Value = '' }) => ({ Key, Value })),
  });
  return { Role: describeRole(role) };
};

export const getRole: Operation<'iam', 'GetRole', Iam> = (input, _request, iam) => ({
  Role: describeRole(requireRole(iam, input.RoleName)),
});

export const deleteRole: Operation<'iam', 'DeleteRole', Iam> = (input, _request, iam) => {
  remove(iam, requireRole(iam, input.RoleName));
  return {};
};

export const updateAssumeRolePolicy: Operation<'iam', 'UpdateAssumeRolePolicy', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  const trustPolicy = input.PolicyDocument ?? '';
  checkPolicy(trustPolicy, 'trust');
  iam.roles.put(role.name, { ...role, trustPolicy });
  return {};
};

export const listRoles: Operation<'iam', 'ListRoles', Iam> = (input, _request, iam) => {
  const limit = input.MaxItems ?? 100;
  const found = iam.roles
    .list({ after: input.Marker ?? '' })
    .filter(({ value }) => value.path.startsWith(input.PathPrefix ?? '/'));
  const page = found.slice(0, limit);
  const more = found.length > limit;
  return {
    Roles: page.map(({ value }) => describeRole(value)),
    IsTruncated: more,
    ...(more ? { Marker: page.at(-1)?.key } : {}),
  };
};

export const updateRole: Operation<'iam', 'UpdateRole', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  iam.roles.put(role.name, {
    ...role,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.MaxSessionDuration === undefined ? {} : { maxSessionDuration: input.MaxSessionDuration }),
  });
  return {};
};

export const tagRole: Operation<'iam', 'TagRole', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  const added = (input.Tags ?? []).map(({ Key = '', Value = '' }) => ({ Key, Value }));
  const kept = role.tags.filter((tag) => !added.some(({ Key }) => Key === tag.Key));
  iam.roles.put(role.name, { ...role, tags: [...kept, ...added] });
  return {};
};

export const untagRole: Operation<'iam', 'UntagRole', Iam> = (input, _request, iam) => {
  const role = requireRole(iam, input.RoleName);
  iam.roles.put(role.name, { ...role, tags: role.tags.filter(({ Key }) => !input.TagKeys?.includes(Key)) });
  return {};
};
