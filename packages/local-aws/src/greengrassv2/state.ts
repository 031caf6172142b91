import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import type { ComponentVersion, CoreDevice, Deployment, EffectiveDeployment } from './records.ts';

export interface Greengrass {
  kernel: Kernel;
  /** By {@link versionKey}. */
  versions: Collection<ComponentVersion>;
  deployments: Collection<Deployment>;
  /** Number of deployments to a target so far, by target ARN. */
  revisions: Collection<number>;
  /** Deployment id, by job id. */
  jobs: Collection<string>;
  /** By {@link effectiveKey}. */
  effective: Collection<EffectiveDeployment>;
  devices: Collection<CoreDevice>;
}

export function createState(kernel: Kernel): Greengrass {
  const { store } = kernel;
  return {
    kernel,
    versions: store.collection<ComponentVersion>('greengrass_versions'),
    deployments: store.collection<Deployment>('greengrass_deployments'),
    revisions: store.collection<number>('greengrass_revisions'),
    jobs: store.collection<string>('greengrass_jobs'),
    effective: store.collection<EffectiveDeployment>('greengrass_effective'),
    devices: store.collection<CoreDevice>('greengrass_devices'),
  };
}

/** Neither a component's nor a thing's name may hold a space. */
export const versionKey = (name: string, version: string): string => `${name} ${version}`;
export const effectiveKey = (thing: string, deploymentId: string): string => `${thing} ${deploymentId}`;

export const componentArn = (kernel: Kernel, name: string): string => kernel.arn('greengrass', `components:${name}`);
export const versionArn = (kernel: Kernel, name: string, version: string): string =>
  kernel.arn('greengrass', `components:${name}:versions:${version}`);
export const coreDeviceArn = (kernel: Kernel, thing: string): string =>
  kernel.arn('greengrass', `coreDevices:${thing}`);
