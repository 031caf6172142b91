import { passRole } from '../kernel/authorization/permission.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ServiceAuthorization } from '../kernel/service.ts';
import { busName, DEFAULT_BUS } from './buses.ts';
import type { EventBridgeState } from './state.ts';

const PRINCIPAL = 'events.amazonaws.com';

const bus = (kernel: Kernel, nameOrArn: string | undefined) => kernel.arn('events', `event-bus/${busName(nameOrArn)}`);
function rule(kernel: Kernel, name: string | undefined, eventBus: string | undefined): string {
  const on = busName(eventBus);
  return kernel.arn('events', on === DEFAULT_BUS ? `rule/${name}` : `rule/${on}/${name}`);
}
const ofRule = (
  { Name, EventBusName }: { Name?: string | undefined; EventBusName?: string | undefined },
  kernel: Kernel,
) => rule(kernel, Name, EventBusName);
const ofTargets = (
  { Rule, EventBusName }: { Rule?: string | undefined; EventBusName?: string | undefined },
  kernel: Kernel,
) => rule(kernel, Rule, EventBusName);
const ofBus = ({ Name }: { Name?: string | undefined }, kernel: Kernel) => bus(kernel, Name);
const ofArchive = ({ ArchiveName }: { ArchiveName?: string | undefined }, kernel: Kernel) =>
  kernel.arn('events', `archive/${ArchiveName}`);

const ofReplay = ({ ReplayName }: { ReplayName?: string | undefined }, kernel: Kernel) =>
  kernel.arn('events', `replay/${ReplayName}`);

export const eventbridgeAuthorization: ServiceAuthorization<'eventbridge', EventBridgeState> = {
  prefix: 'events',
  permissions: {
    CancelReplay: ofReplay,
    CreateArchive: ofArchive,
    CreateEventBus: ofBus,
    DeleteArchive: ofArchive,
    DeleteEventBus: ofBus,
    DeleteRule: ofRule,
    DescribeArchive: ofArchive,
    DescribeEventBus: ofBus,
    DescribeReplay: ofReplay,
    DescribeRule: ofRule,
    DisableRule: ofRule,
    EnableRule: ofRule,
    ListArchives: () => '*',
    ListEventBuses: () => '*',
    ListReplays: () => '*',
    ListRuleNamesByTarget: () => '*',
    ListRules: () => '*',
    ListTargetsByRule: ofTargets,
    // One bus that the caller may not speak on refuses the whole call.
    PutEvents: ({ Entries = [] }, kernel) => [...new Set(Entries.map(({ EventBusName }) => bus(kernel, EventBusName)))],
    PutRule: (input, kernel) => [ofRule(input, kernel), ...passRole(input.RoleArn, PRINCIPAL)],
    PutTargets: (input, kernel) => [
      ofTargets(input, kernel),
      ...(input.Targets ?? []).flatMap(({ RoleArn }) => passRole(RoleArn, PRINCIPAL)),
    ],
    RemoveTargets: ofTargets,
    StartReplay: (input, kernel) => [ofReplay(input, kernel), input.EventSourceArn ?? '*'],
    TestEventPattern: () => '*',
    UpdateArchive: ofArchive,
    UpdateEventBus: ofBus,
  },
};
