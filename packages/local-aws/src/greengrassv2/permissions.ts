import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import { parseRecipe } from './recipe.ts';
import { componentArn, coreDeviceArn, type Greengrass } from './state.ts';

const given = ({ arn }: { arn?: string | undefined }) => arn ?? '*';
const deployment = ({ deploymentId }: { deploymentId?: string | undefined }, kernel: Kernel) =>
  kernel.arn('greengrass', `deployments:${deploymentId}`);
const device = ({ coreDeviceThingName }: { coreDeviceThingName?: string | undefined }, kernel: Kernel) =>
  coreDeviceArn(kernel, coreDeviceThingName ?? '');

export const greengrassAuthorization: ServiceAuthorization<'greengrassv2', Greengrass> = {
  prefix: 'greengrass',
  permissions: {
    CancelDeployment: deployment,
    CreateComponentVersion: ({ inlineRecipe }, kernel) =>
      inlineRecipe ? componentArn(kernel, parseRecipe(Buffer.from(inlineRecipe).toString('utf8')).ComponentName) : '*',
    // "The principal also needs permissions of AWS IoT": asked before anything is written.
    CreateDeployment: ({ targetArn = '*' }, kernel) => [
      '*',
      { action: 'iot:CreateJob', resource: targetArn },
      { action: 'iot:CreateJob', resource: kernel.arn('iot', 'job/*') },
    ],
    DeleteComponent: given,
    DescribeComponent: given,
    GetComponent: given,
    GetCoreDevice: device,
    GetDeployment: deployment,
    ListComponentVersions: given,
    ListComponents: () => '*',
    ListCoreDevices: () => '*',
    ListDeployments: () => '*',
    ListEffectiveDeployments: device,
    ListInstalledComponents: device,
    ResolveComponentCandidates: () => '*',
  },
};
