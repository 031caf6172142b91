import { z } from 'zod';
import type { CoreDevice, InstalledComponent, LifecycleState } from './records.ts';
import { coreDeviceArn, type Greengrass } from './state.ts';

/** "Component status change events": the states that are told of. */
const TOLD: LifecycleState[] = ['ERRORED', 'BROKEN'];

const messageSchema = z.looseObject({
  ggcVersion: z.string(),
  platform: z.string(),
  architecture: z.string(),
  runtime: z.string().default(''),
  overallDeviceStatus: z.enum(['HEALTHY', 'UNHEALTHY']),
  /** The device's clock, milliseconds since the epoch. */
  timestamp: z.number(),
  messageType: z.enum(['COMPLETE', 'PARTIAL']),
  components: z.array(
    z.looseObject({
      componentName: z.string(),
      version: z.string(),
      isRoot: z.boolean(),
      status: z.enum(['NEW', 'INSTALLED', 'STARTING', 'RUNNING', 'STOPPING', 'ERRORED', 'BROKEN', 'FINISHED']),
      componentStatusDetails: z
        .looseObject({ statusCodes: z.array(z.string()).default([]), statusReason: z.string().default('') })
        .default({ statusCodes: [], statusReason: '' }),
    }),
  ),
});
type Message = z.infer<typeof messageSchema>;

/** Registers the work of taking in what core devices say of themselves. */
export function handleFleetStatus(greengrass: Greengrass): void {
  greengrass.kernel.outbox.handle<{ thing: string; message: string }>(
    'greengrassv2:fleet-status',
    ({ thing, message }) => {
      const parsed = messageSchema.safeParse(jsonOf(message));
      if (parsed.success) takeIn(greengrass, thing, parsed.data);
      else greengrass.kernel.report(`the fleet status of ${thing} is not one: ${z.prettifyError(parsed.error)}`);
    },
    // One at a time: a device's messages are taken in in their order.
    { concurrency: 1 },
  );
}

function takeIn(greengrass: Greengrass, thing: string, message: Message): void {
  const { kernel, devices } = greengrass;
  const known = devices.get(thing);
  if (known && message.timestamp < known.lastStatusUpdate) return;
  const now = kernel.clock.now();
  const reported = Object.fromEntries(
    message.components.map((component): [string, InstalledComponent] => {
      const before = known?.components[component.componentName];
      const same = before?.state === component.status && before.version === component.version;
      return [
        component.componentName,
        {
          version: component.version,
          state: component.status,
          details: component.componentStatusDetails.statusReason,
          codes: component.componentStatusDetails.statusCodes,
          isRoot: component.isRoot,
          changed: same ? before.changed : now,
          reported: now,
        },
      ];
    }),
  );
  const device: CoreDevice = {
    thing,
    coreVersion: message.ggcVersion,
    platform: message.platform,
    architecture: message.architecture,
    runtime: message.runtime,
    status: message.overallDeviceStatus,
    lastStatusUpdate: message.timestamp,
    components: message.messageType === 'COMPLETE' ? reported : { ...known?.components, ...reported },
  };
  devices.put(thing, device);
  tellOfTrouble(greengrass, thing, known, reported);
}

function tellOfTrouble(
  { kernel }: Greengrass,
  thing: string,
  known: CoreDevice | undefined,
  reported: Record<string, InstalledComponent>,
): void {
  const troubled = Object.entries(reported).filter(([name, { state, version }]) => {
    const before = known?.components[name];
    return TOLD.includes(state) && (before?.state !== state || before.version !== version);
  });
  if (troubled.length === 0) return;
  kernel.emitEvent({
    source: 'aws.greengrass',
    detailType: 'Greengrass V2 Installed Component Status Change',
    resources: [coreDeviceArn(kernel, thing)],
    detail: {
      components: troubled.map(([componentName, { version, isRoot, state, codes, details }]) => ({
        componentName,
        componentVersion: version,
        root: isRoot,
        lifecycleState: state,
        lifecycleStatusCodes: codes,
        lifecycleStateDetails: details,
      })),
    },
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is not a status: the schema's error says so.
    return undefined;
  }
}
