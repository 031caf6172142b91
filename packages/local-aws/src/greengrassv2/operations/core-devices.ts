import { internalCaller } from '../../kernel/caller.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { required } from '../errors.ts';
import { page } from '../pages.ts';
import type { Greengrass } from '../state.ts';

export const listCoreDevices: Operation<'greengrassv2', 'ListCoreDevices', Greengrass> = async (
  input,
  _request,
  greengrass,
) => {
  const { status, thingGroupArn } = input;
  const members = thingGroupArn === undefined ? undefined : await membersOf(greengrass, thingGroupArn);
  const found = greengrass.devices
    .list()
    .map(({ value }) => value)
    .filter((device) => status === undefined || device.status === status)
    .filter((device) => members === undefined || members.includes(device.thing));
  const { items, nextToken } = page(found, input.maxResults, input.nextToken);
  return {
    coreDevices: items.map((device) => ({
      coreDeviceThingName: device.thing,
      status: device.status,
      lastStatusUpdateTimestamp: new Date(device.lastStatusUpdate),
      platform: device.platform,
      architecture: device.architecture,
      runtime: device.runtime,
    })),
    nextToken,
  };
};

/** Greengrass knows who is in a group; whoever lists devices needs no permission of IoT's. */
async function membersOf({ kernel }: Greengrass, arn: string): Promise<string[]> {
  const caller = internalCaller('greengrass.amazonaws.com', kernel.account);
  const thingGroupName = arn.slice(arn.lastIndexOf('/') + 1);
  const members: string[] = [];
  let nextToken: string | undefined;
  do {
    const answer = await kernel.call('iot', 'ListThingsInThingGroup', { thingGroupName, nextToken }, caller);
    members.push(...(answer.things ?? []));
    nextToken = answer.nextToken;
  } while (nextToken !== undefined);
  return members;
}

export const getCoreDevice: Operation<'greengrassv2', 'GetCoreDevice', Greengrass> = (
  input,
  _request,
  { devices, kernel },
) => {
  const { coreDeviceThingName: thing = '' } = input;
  const device = required(devices.get(thing), 'core device', thing);
  return {
    coreDeviceThingName: thing,
    coreVersion: device.coreVersion,
    platform: device.platform,
    architecture: device.architecture,
    runtime: device.runtime,
    status: device.status,
    lastStatusUpdateTimestamp: new Date(device.lastStatusUpdate),
    tags: {},
    arn: kernel.arn('greengrass', `coreDevices:${thing}`),
  };
};

/** Newest first. */
export const listEffectiveDeployments: Operation<'greengrassv2', 'ListEffectiveDeployments', Greengrass> = (
  input,
  _request,
  greengrass,
) => {
  const { coreDeviceThingName: thing = '' } = input;
  const found = greengrass.effective
    .list({ prefix: `${thing} ` })
    .map(({ value }) => value)
    .toSorted((a, b) => b.created - a.created);
  const { items, nextToken } = page(found, input.maxResults, input.nextToken);
  return {
    effectiveDeployments: items.map((effective) => {
      const deployment = greengrass.deployments.get(effective.deploymentId);
      if (!deployment) throw new AwsError('InternalServerException', 'a deployment is lost', { status: 500 });
      return {
        deploymentId: effective.deploymentId,
        // The API's model demands a name; AWS gives a deployment without one an empty name.
        deploymentName: deployment.name ?? '',
        iotJobId: deployment.jobId,
        iotJobArn: deployment.jobArn,
        targetArn: deployment.targetArn,
        coreDeviceExecutionStatus: effective.status,
        reason: effective.reason,
        creationTimestamp: new Date(deployment.created),
        modifiedTimestamp: new Date(effective.modified),
        statusDetails: { errorStack: effective.errorStack, errorTypes: effective.errorTypes },
      };
    }),
    nextToken,
  };
};

/** By default only the components that a deployment names; `ALL` shows what they depend on too. */
export const listInstalledComponents: Operation<'greengrassv2', 'ListInstalledComponents', Greengrass> = (
  input,
  _request,
  greengrass,
) => {
  const { coreDeviceThingName: thing = '', topologyFilter = 'ROOT' } = input;
  const device = required(greengrass.devices.get(thing), 'core device', thing);
  const found = Object.entries(device.components).filter(([, { isRoot }]) => topologyFilter === 'ALL' || isRoot);
  const { items, nextToken } = page(found, input.maxResults, input.nextToken);
  return {
    installedComponents: items.map(([componentName, component]) => ({
      componentName,
      componentVersion: component.version,
      lifecycleState: component.state,
      lifecycleStateDetails: component.details,
      lifecycleStatusCodes: component.codes,
      isRoot: component.isRoot,
      lastStatusChangeTimestamp: new Date(component.changed),
      lastReportedTimestamp: new Date(component.reported),
    })),
    nextToken,
  };
};
