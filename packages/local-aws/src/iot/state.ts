import { nameIn } from '../kernel/arn.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import type { Authority } from './device/authority.ts';
import type { DeviceEndpoint } from './device/endpoint.ts';
import { createJobs, type Jobs } from './jobs/jobs.ts';
import type { Certificate, PolicyRecord, RoleAlias, Thing, ThingGroup } from './records.ts';

export interface Iot {
  kernel: Kernel;
  things: Collection<Thing>;
  groups: Collection<ThingGroup>;
  certificates: Collection<Certificate>;
  policies: Collection<PolicyRecord>;
  roleAliases: Collection<RoleAlias>;
  /** Small things to remember: the port that devices were told. */
  settings: Collection<number>;
  jobs: Jobs;
  /** Made or read when first needed. */
  authority?: Promise<Authority>;
  /** Open from start to close. */
  endpoint?: DeviceEndpoint;
  /** Publishes to devices; what nobody is there to hear is gone, as with AWS IoT for clients that aren't connected. */
  publish(topic: string, payload: unknown): void;
}

export function createState(kernel: Kernel): Iot {
  const { store } = kernel;
  const publish: Iot['publish'] = (topic, payload) => {
    // Nobody may hear of what isn't on disk yet.
    store.whenDurable(() => iot.endpoint?.publish(topic, JSON.stringify(payload)));
  };
  const things = store.collection<Thing>('iot_things');
  const iot: Iot = {
    kernel,
    things,
    groups: store.collection<ThingGroup>('iot_groups'),
    certificates: store.collection<Certificate>('iot_certificates'),
    policies: store.collection<PolicyRecord>('iot_policies'),
    roleAliases: store.collection<RoleAlias>('iot_role_aliases'),
    settings: store.collection<number>('iot_settings'),
    jobs: createJobs(kernel, { publish: (topic, payload) => publish(topic, payload), membersOf }),
    publish,
  };
  function membersOf(group: string): string[] {
    return things.list().flatMap(({ value }) => (value.groups.includes(group) ? [value.name] : []));
  }
  return iot;
}

export const thingArn = (kernel: Kernel, name: string): string => kernel.arn('iot', `thing/${name}`);
export const groupArn = (kernel: Kernel, name: string): string => kernel.arn('iot', `thinggroup/${name}`);
export const certificateArn = (kernel: Kernel, id: string): string => kernel.arn('iot', `cert/${id}`);
export const policyArn = (kernel: Kernel, name: string): string => kernel.arn('iot', `policy/${name}`);
export const roleAliasArn = (kernel: Kernel, alias: string): string => kernel.arn('iot', `rolealias/${alias}`);
export const jobArn = (kernel: Kernel, id: string): string => kernel.arn('iot', `job/${id}`);

const record = <T>(iot: Iot, kept: Collection<T>, prefix: string, arn: string | undefined): T | undefined =>
  kept.get(nameIn(iot.kernel, arn, 'iot', prefix) ?? '');
export const thingOf = (iot: Iot, arn: string | undefined): Thing | undefined => record(iot, iot.things, 'thing/', arn);
export const groupOf = (iot: Iot, arn: string | undefined): ThingGroup | undefined =>
  record(iot, iot.groups, 'thinggroup/', arn);
export const certificateOf = (iot: Iot, arn: string | undefined): Certificate | undefined =>
  record(iot, iot.certificates, 'cert/', arn);
