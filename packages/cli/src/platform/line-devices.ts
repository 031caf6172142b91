import { type CoreDevice, paginateListCoreDevices } from '@aws-sdk/client-greengrassv2';
import { DescribeThingGroupCommand, ResourceNotFoundException } from '@aws-sdk/client-iot';
import type { Context } from '../context.ts';

/** The devices of the line, however many; none where the line isn't deployed yet. An account may have others. */
export async function lineDevices({ clients, names }: Pick<Context, 'clients' | 'names'>): Promise<CoreDevice[]> {
  const thingGroupArn = await groupArn(clients, names.thingGroup);
  if (thingGroupArn === undefined) return [];
  const devices: CoreDevice[] = [];
  for await (const { coreDevices = [] } of paginateListCoreDevices({ client: clients.greengrass }, { thingGroupArn }))
    devices.push(...coreDevices);
  return devices;
}

async function groupArn({ iot }: Context['clients'], thingGroupName: string): Promise<string | undefined> {
  try {
    return (await iot.send(new DescribeThingGroupCommand({ thingGroupName }))).thingGroupArn;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
