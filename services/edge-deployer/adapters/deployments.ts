import type { DeviceOutcome } from '@assay/events';
import { PermanentError } from '@assay/lambda-kit';
import {
  CancelDeploymentCommand,
  CreateDeploymentCommand,
  type EffectiveDeployment,
  type GreengrassV2Client,
  paginateListCoreDevices,
  paginateListEffectiveDeployments,
  ResourceNotFoundException,
} from '@aws-sdk/client-greengrassv2';
import { deploymentPolicies, jobConfiguration } from '../domain/line/deployment-policy.ts';
import { INSPECTOR_COMPONENT, MODEL_COMPONENT } from '../domain/model/model-component.ts';

/** The nucleus keeps a component's configuration over its versions: without this the next model would bear the former's name. */
const asTheRecipeSays = { reset: [''] };

/** Deployments to one thing group. */
export interface Deployments {
  create(token: string, modelVersion: string, inspectorVersion: string): Promise<string>;
  cancel(deploymentId: string): Promise<void>;
  /** Every core device of the group and its state of this deployment; `QUEUED` when it has not heard of it. */
  devices(deploymentId: string): Promise<DeviceOutcome[]>;
}

export function createDeployments(greengrass: GreengrassV2Client, thingGroupArn: string): Deployments {
  return {
    async create(token, modelVersion, inspectorVersion) {
      const { deploymentId } = await greengrass.send(
        new CreateDeploymentCommand({
          targetArn: thingGroupArn,
          deploymentName: `model ${modelVersion} (${token})`,
          // A deployment replaces the group's former one entirely, so both components are always named.
          components: {
            [MODEL_COMPONENT]: { componentVersion: modelVersion, configurationUpdate: asTheRecipeSays },
            [INSPECTOR_COMPONENT]: { componentVersion: inspectorVersion, configurationUpdate: asTheRecipeSays },
          },
          deploymentPolicies,
          iotJobConfiguration: {
            ...jobConfiguration,
            abortConfig: { criteriaList: [...jobConfiguration.abortConfig.criteriaList] },
          },
          clientToken: token,
        }),
      );
      if (deploymentId !== undefined) return deploymentId;
      throw new PermanentError('no-deployment', `Greengrass gave the deployment of ${modelVersion} no id`);
    },

    async cancel(deploymentId) {
      try {
        await greengrass.send(new CancelDeploymentCommand({ deploymentId }));
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
      }
    },

    async devices(deploymentId) {
      const outcomes: DeviceOutcome[] = [];
      for await (const page of paginateListCoreDevices({ client: greengrass }, { thingGroupArn })) {
        for (const { coreDeviceThingName: thing } of page.coreDevices ?? []) {
          if (thing !== undefined) outcomes.push({ thing, ...(await stateOn(greengrass, thing, deploymentId)) });
        }
      }
      return outcomes;
    },
  };
}

async function stateOn(
  client: GreengrassV2Client,
  coreDeviceThingName: string,
  deploymentId: string,
): Promise<Omit<DeviceOutcome, 'thing'>> {
  for await (const page of paginateListEffectiveDeployments({ client }, { coreDeviceThingName })) {
    const found = page.effectiveDeployments?.find((each) => each.deploymentId === deploymentId);
    if (found !== undefined) return { status: found.coreDeviceExecutionStatus ?? 'QUEUED', detail: detailOf(found) };
  }
  return { status: 'QUEUED' };
}

function detailOf({ reason, statusDetails }: EffectiveDeployment): string | undefined {
  return reason || statusDetails?.errorStack?.join(' > ') || undefined;
}
