import { passRole } from '../kernel/authorization/permission.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import { certificateArn, groupArn, type Iot, jobArn, policyArn, roleAliasArn, thingArn } from './state.ts';

const thing = ({ thingName = '' }: { thingName?: string | undefined }, kernel: Kernel) => thingArn(kernel, thingName);
const group = ({ thingGroupName = '' }: { thingGroupName?: string | undefined }, kernel: Kernel) =>
  groupArn(kernel, thingGroupName);
const certificate = ({ certificateId = '' }: { certificateId?: string | undefined }, kernel: Kernel) =>
  certificateArn(kernel, certificateId);
const policy = ({ policyName = '' }: { policyName?: string | undefined }, kernel: Kernel) =>
  policyArn(kernel, policyName);
const alias = ({ roleAlias = '' }: { roleAlias?: string | undefined }, kernel: Kernel) =>
  roleAliasArn(kernel, roleAlias);
const job = ({ jobId = '' }: { jobId?: string | undefined }, kernel: Kernel) => jobArn(kernel, jobId);
const target = ({ target = '*' }: { target?: string | undefined }) => target;
const principal = ({ principal = '*' }: { principal?: string | undefined }) => principal;
/** Its ends are named by name or ARN. */
const membership = (
  input: { [Member in 'thingName' | 'thingArn' | 'thingGroupName' | 'thingGroupArn']?: string | undefined },
  kernel: Kernel,
) => [
  input.thingName === undefined ? (input.thingArn ?? '*') : thing(input, kernel),
  input.thingGroupName === undefined ? (input.thingGroupArn ?? '*') : group(input, kernel),
];
const all = () => '*';

/** What signed calls need. What a device may do by its certificate, the IoT policies say. */
export const iotAuthorization: ServiceAuthorization<'iot', Iot> = {
  prefix: 'iot',
  permissions: {
    AddThingToThingGroup: membership,
    AttachPolicy: target,
    AttachThingPrincipal: principal,
    CancelJob: job,
    CreateJob: (input, kernel) => [job(input, kernel), ...(input.targets ?? [])],
    CreateKeysAndCertificate: all,
    CreatePolicy: policy,
    CreatePolicyVersion: policy,
    CreateRoleAlias: (input, kernel) => [
      alias(input, kernel),
      ...passRole(input.roleArn, 'credentials.iot.amazonaws.com'),
    ],
    CreateThing: thing,
    CreateThingGroup: group,
    DeleteCertificate: certificate,
    DeletePolicy: policy,
    DeleteRoleAlias: alias,
    DeleteThing: thing,
    DeleteThingGroup: group,
    DescribeCertificate: certificate,
    DescribeEndpoint: all,
    DescribeJob: job,
    DescribeJobExecution: (input, kernel) => [job(input, kernel), thing(input, kernel)],
    DescribeRoleAlias: alias,
    DescribeThing: thing,
    DescribeThingGroup: group,
    DetachPolicy: target,
    DetachThingPrincipal: principal,
    GetPolicy: policy,
    ListAttachedPolicies: target,
    ListJobExecutionsForJob: job,
    ListJobExecutionsForThing: thing,
    ListJobs: all,
    ListPolicies: all,
    ListRoleAliases: all,
    ListThingGroups: all,
    ListThingGroupsForThing: thing,
    ListThingPrincipals: thing,
    ListThings: all,
    ListThingsInThingGroup: group,
    RemoveThingFromThingGroup: membership,
    UpdateCertificate: certificate,
    UpdateRoleAlias: (input, kernel) => [
      alias(input, kernel),
      ...passRole(input.roleArn, 'credentials.iot.amazonaws.com'),
    ],
    UpdateThingGroup: group,
  },
};
