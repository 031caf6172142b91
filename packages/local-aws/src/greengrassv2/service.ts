import { defineService } from '../kernel/service.ts';
import { handleComponentTasks } from './components.ts';
import { handleFleetStatus } from './core-devices.ts';
import { handleExecutionTasks } from './effective-deployments.ts';
import {
  createComponentVersion,
  deleteComponent,
  describeComponent,
  getComponent,
  listComponents,
  listComponentVersions,
} from './operations/component-versions.ts';
import {
  getCoreDevice,
  listCoreDevices,
  listEffectiveDeployments,
  listInstalledComponents,
} from './operations/core-devices.ts';
import { cancelDeployment, createDeployment, getDeployment, listDeployments } from './operations/deployments.ts';
import { resolveComponentCandidates } from './operations/resolve-component-candidates.ts';
import { greengrassAuthorization } from './permissions.ts';
import { createState, type Greengrass } from './state.ts';

export const greengrassv2Service = defineService<'greengrassv2', Greengrass>({
  name: 'greengrassv2',
  signingName: 'greengrass',
  load: () => import('@aws-sdk/client-greengrassv2'),
  create(kernel) {
    const greengrass = createState(kernel);
    handleComponentTasks(greengrass);
    handleExecutionTasks(greengrass);
    handleFleetStatus(greengrass);
    return greengrass;
  },
  authorization: greengrassAuthorization,
  operations: {
    CancelDeployment: cancelDeployment,
    CreateComponentVersion: createComponentVersion,
    CreateDeployment: createDeployment,
    DeleteComponent: deleteComponent,
    DescribeComponent: describeComponent,
    GetComponent: getComponent,
    GetCoreDevice: getCoreDevice,
    GetDeployment: getDeployment,
    ListComponentVersions: listComponentVersions,
    ListComponents: listComponents,
    ListCoreDevices: listCoreDevices,
    ListDeployments: listDeployments,
    ListEffectiveDeployments: listEffectiveDeployments,
    ListInstalledComponents: listInstalledComponents,
    ResolveComponentCandidates: resolveComponentCandidates,
  },
});
