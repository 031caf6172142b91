import type { Component } from '../component/component.ts';
import type { Platform } from '../recipe/platform.ts';
import type { StateFile } from '../state.ts';

/** Why a fleet status message is sent, in the nucleus's words. */
export type Trigger =
  | 'NUCLEUS_LAUNCH'
  | 'RECONNECT'
  | 'CADENCE'
  | 'THING_GROUP_DEPLOYMENT'
  | 'ERRORED_COMPONENT'
  | 'BROKEN_COMPONENT';

export interface StatusInput {
  thingName: string;
  version: string;
  platform: Platform;
  now: number;
  state: StateFile;
  components: Iterable<Component>;
}

export const statusTopic = (thingName: string): string => `$aws/things/${thingName}/greengrassv2/health/json`;

/**
 * A fleet status message ("Greengrass nucleus telemetry and fleet status"): all components, or (partial) the given ones.
 * Counts the message.
 */
export async function fleetStatus(
  input: StatusInput,
  trigger: Trigger,
  messageType: 'COMPLETE' | 'PARTIAL',
): Promise<Record<string, unknown>> {
  const { state } = input;
  const sequenceNumber = state.value.sequenceNumber + 1;
  await state.update({ sequenceNumber });
  const targets = Object.values(state.value.current.targets);
  const components = [...input.components];
  const healthy = components.every((component) => component.state !== 'BROKEN' && component.state !== 'ERRORED');
  return {
    ggcVersion: input.version,
    platform: input.platform.os,
    architecture: input.platform.architecture,
    runtime: 'node',
    thing: input.thingName,
    overallDeviceStatus: healthy ? 'HEALTHY' : 'UNHEALTHY',
    sequenceNumber,
    timestamp: input.now,
    messageType,
    trigger,
    components: components.map(({ definition, state: status, reason }) => ({
      componentName: definition.name,
      version: definition.version,
      fleetConfigArns: targets
        .filter(({ roots }) => roots[definition.name] !== undefined)
        .map(({ configurationArn }) => configurationArn),
      isRoot: targets.some(({ roots }) => roots[definition.name] !== undefined),
      status,
      statusDetails: reason,
      componentStatusDetails: { statusCodes: codes(status), statusReason: reason },
    })),
  };
}

function codes(status: Component['state']): string[] {
  if (status === 'BROKEN') return ['STARTUP_ERROR'];
  return status === 'ERRORED' ? ['STARTUP_ERROR'] : [];
}
