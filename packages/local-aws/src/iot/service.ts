import { defineService } from '../kernel/service.ts';
import { openAuthority } from './device/authority.ts';
import { openDeviceEndpoint } from './device/endpoint.ts';
import { handleJobTasks } from './jobs/rollout.ts';
import {
  attachPolicy,
  createKeysAndCertificate,
  deleteCertificate,
  describeCertificate,
  detachPolicy,
  listAttachedPolicies,
  updateCertificate,
} from './operations/certificates.ts';
import { describeEndpoint } from './operations/describe-endpoint.ts';
import {
  cancelJob,
  createJob,
  describeJob,
  describeJobExecution,
  listJobExecutionsForJob,
  listJobExecutionsForThing,
  listJobs,
} from './operations/jobs.ts';
import { createPolicy, createPolicyVersion, deletePolicy, getPolicy, listPolicies } from './operations/policies.ts';
import {
  createRoleAlias,
  deleteRoleAlias,
  describeRoleAlias,
  listRoleAliases,
  updateRoleAlias,
} from './operations/role-aliases.ts';
import {
  addThingToThingGroup,
  createThingGroup,
  deleteThingGroup,
  describeThingGroup,
  listThingGroups,
  listThingsInThingGroup,
  removeThingFromThingGroup,
  updateThingGroup,
} from './operations/thing-groups.ts';
import {
  attachThingPrincipal,
  createThing,
  deleteThing,
  describeThing,
  detachThingPrincipal,
  listThingGroupsForThing,
  listThingPrincipals,
  listThings,
} from './operations/things.ts';
import { iotAuthorization } from './permissions.ts';
import { policyResource } from './resources/policy.ts';
import { roleAliasResource } from './resources/role-alias.ts';
import { thingGroupResource } from './resources/thing-group.ts';
import { createState, type Iot } from './state.ts';

export const iotService = defineService<'iot', Iot>({
  name: 'iot',
  signingName: 'iot',
  formerSigningName: 'execute-api',
  load: () => import('@aws-sdk/client-iot'),
  create(kernel) {
    const iot = createState(kernel);
    handleJobTasks(iot.jobs);
    return iot;
  },
  async start(iot) {
    iot.authority = openAuthority(iot.kernel.folder('iot'), iot.kernel.clock.now());
    iot.endpoint = await openDeviceEndpoint(iot);
  },
  async close(iot) {
    await iot.endpoint?.close();
  },
  authorization: iotAuthorization,
  operations: {
    AddThingToThingGroup: addThingToThingGroup,
    AttachPolicy: attachPolicy,
    AttachThingPrincipal: attachThingPrincipal,
    CancelJob: cancelJob,
    CreateJob: createJob,
    CreateKeysAndCertificate: createKeysAndCertificate,
    CreatePolicy: createPolicy,
    CreatePolicyVersion: createPolicyVersion,
    CreateRoleAlias: createRoleAlias,
    CreateThing: createThing,
    CreateThingGroup: createThingGroup,
    DeleteCertificate: deleteCertificate,
    DeletePolicy: deletePolicy,
    DeleteRoleAlias: deleteRoleAlias,
    DeleteThing: deleteThing,
    DeleteThingGroup: deleteThingGroup,
    DescribeCertificate: describeCertificate,
    DescribeEndpoint: describeEndpoint,
    DescribeJob: describeJob,
    DescribeJobExecution: describeJobExecution,
    DescribeRoleAlias: describeRoleAlias,
    DescribeThing: describeThing,
    DescribeThingGroup: describeThingGroup,
    DetachPolicy: detachPolicy,
    DetachThingPrincipal: detachThingPrincipal,
    GetPolicy: getPolicy,
    ListAttachedPolicies: listAttachedPolicies,
    ListJobExecutionsForJob: listJobExecutionsForJob,
    ListJobExecutionsForThing: listJobExecutionsForThing,
    ListJobs: listJobs,
    ListPolicies: listPolicies,
    ListRoleAliases: listRoleAliases,
    ListThingGroups: listThingGroups,
    ListThingGroupsForThing: listThingGroupsForThing,
    ListThingPrincipals: listThingPrincipals,
    ListThings: listThings,
    ListThingsInThingGroup: listThingsInThingGroup,
    RemoveThingFromThingGroup: removeThingFromThingGroup,
    UpdateCertificate: updateCertificate,
    UpdateRoleAlias: updateRoleAlias,
    UpdateThingGroup: updateThingGroup,
  },
  resources: {
    'AWS::IoT::Policy': policyResource,
    'AWS::IoT::RoleAlias': roleAliasResource,
    'AWS::IoT::ThingGroup': thingGroupResource,
  },
  routes: [
    {
      // Like Amazon's root CA: public, so that whoever connects can check whom to.
      method: 'GET',
      path: /^\/_iot\/root-ca\.pem$/,
      async handler({ response }, iot) {
        const authority = await iot.authority;
        if (authority) response.writeHead(200, { 'content-type': 'application/x-pem-file' }).end(authority.root);
        else response.writeHead(503).end();
      },
    },
  ],
});
