import { eachAtOnce } from '@assay/at-once';
import { ListEffectiveDeploymentsCommand, ListInstalledComponentsCommand } from '@aws-sdk/client-greengrassv2';
import type { Context } from '../context.ts';
import { table } from '../output/terminal.ts';
import { lineDevices } from '../platform/line-devices.ts';

/** Greengrass takes more, but not all of a large line's at once. */
const DEVICES_AT_ONCE = 8;

/** Lists the line's devices with what runs on them. */
export async function devices(context: Context): Promise<void> {
  const { terminal, clients, names } = context;
  const rows = await eachAtOnce(
    await lineDevices(context),
    DEVICES_AT_ONCE,
    async ({ coreDeviceThingName = '', status = '', lastStatusUpdateTimestamp }) => {
      const device = { coreDeviceThingName };
      const { installedComponents = [] } = await clients.greengrass.send(new ListInstalledComponentsCommand(device));
      const { effectiveDeployments = [] } = await clients.greengrass.send(new ListEffectiveDeploymentsCommand(device));
      return {
        thing: coreDeviceThingName,
        status,
        heardAt: lastStatusUpdateTimestamp?.toISOString() ?? '',
        components: installedComponents.map(({ componentName, componentVersion, lifecycleState }) => ({
          componentName,
          componentVersion,
          lifecycleState,
        })),
        deployment: effectiveDeployments[0]?.coreDeviceExecutionStatus ?? '',
      };
    },
  );
  terminal.result(rows, () => {
    if (rows.length === 0) return `No device is in the thing group ${names.thingGroup} yet.`;
    const cells = rows.map(({ thing, status, deployment, components, heardAt }) => [
      thing,
      status,
      deployment,
      components.map((c) => `${c.componentName} ${c.componentVersion} ${c.lifecycleState}`).join(', '),
      heardAt,
    ]);
    return table(['device', 'status', 'deployment', 'components', 'last heard'], cells);
  });
}
