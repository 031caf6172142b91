import { defineService } from '../kernel/service.ts';
import { giveAccessReport } from './access-report.ts';
import {
  attachRolePolicy,
  deleteRolePolicy,
  detachRolePolicy,
  getRolePolicy,
  listAttachedRolePolicies,
  listRolePolicies,
  putRolePolicy,
} from './operations/role-policies.ts';
import {
  createRole,
  deleteRole,
  getRole,
  listRoles,
  tagRole,
  untagRole,
  updateAssumeRolePolicy,
  updateRole,
} from './operations/roles.ts';
import { iamAuthorization } from './permissions.ts';
import { policyResource } from './resources/policy.ts';
import { roleResource } from './resources/role.ts';
import { createIam, type Iam } from './role.ts';

export const iamService = defineService<'iam', Iam>({
  name: 'iam',
  signingName: 'iam',
  global: true,
  load: () => import('@aws-sdk/client-iam'),
  create: createIam,
  authorization: iamAuthorization,
  operations: {
    AttachRolePolicy: attachRolePolicy,
    CreateRole: createRole,
    DeleteRole: deleteRole,
    DeleteRolePolicy: deleteRolePolicy,
    DetachRolePolicy: detachRolePolicy,
    GetRole: getRole,
    GetRolePolicy: getRolePolicy,
    ListAttachedRolePolicies: listAttachedRolePolicies,
    ListRolePolicies: listRolePolicies,
    ListRoles: listRoles,
    PutRolePolicy: putRolePolicy,
    TagRole: tagRole,
    UntagRole: untagRole,
    UpdateAssumeRolePolicy: updateAssumeRolePolicy,
    UpdateRole: updateRole,
  },
  routes: [{ method: 'GET', path: /^\/_iam\/access$/, handler: giveAccessReport }],
  resources: { 'AWS::IAM::Policy': policyResource, 'AWS::IAM::Role': roleResource },
});
