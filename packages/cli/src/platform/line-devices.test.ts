import { GreengrassV2Client, ListCoreDevicesCommand } from '@aws-sdk/client-greengrassv2';
import { ResourceNotFoundException } from '@aws-sdk/client-iot';
import { expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { lineDevices } from './line-devices.ts';

const GROUP = 'arn:aws:iot:eu-west-1:000000000000:thinggroup/assay-prod-line';

/** An account whose Greengrass lists devices one a page; `describe` is IoT's answer to who asks for a group. */
function account(describe: () => { thingGroupArn: string }): Pick<Context, 'clients' | 'names'> {
  const greengrass = new GreengrassV2Client({ region: 'eu-west-1' });
  greengrass.send = async (command: unknown) => {
    if (!(command instanceof ListCoreDevicesCommand)) throw new Error('nothing else is asked for');
    const { thingGroupArn, nextToken } = command.input;
    const things = thingGroupArn === GROUP ? ['a', 'b', 'c'] : ['somebody-else-s'];
    const at = Number(nextToken ?? 0);
    return {
      coreDevices: [{ coreDeviceThingName: things[at] }],
      ...(at + 1 < things.length && { nextToken: String(at + 1) }),
    };
  };
  const clients = { greengrass, iot: { send: async () => describe() } };
  return { clients, names: { thingGroup: 'assay-prod-line' } } as unknown as Context;
}

it('lists the devices of all pages, and none of another line in the same account', async () => {
  const devices = await lineDevices(account(() => ({ thingGroupArn: GROUP })));
  expect(devices.map(({ coreDeviceThingName }) => coreDeviceThingName)).toEqual(['a', 'b', 'c']);
});

it('lists none where the line is not deployed', async () => {
  const missing = new ResourceNotFoundException({ message: 'no such group', $metadata: {} });
  const none = account(() => {
    throw missing;
  });
  expect(await lineDevices(none)).toEqual([]);
});
