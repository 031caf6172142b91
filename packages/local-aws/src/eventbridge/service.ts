import { defineService } from '../kernel/service.ts';
import { cancelReplay } from './operations/cancel-replay.ts';
import { createArchive } from './operations/create-archive.ts';
import { createEventBus } from './operations/create-event-bus.ts';
import { deleteArchive } from './operations/delete-archive.ts';
import { deleteEventBus } from './operations/delete-event-bus.ts';
import { deleteRule } from './operations/delete-rule.ts';
import { describeArchive } from './operations/describe-archive.ts';
import { describeEventBus } from './operations/describe-event-bus.ts';
import { describeReplay } from './operations/describe-replay.ts';
import { describeRule } from './operations/describe-rule.ts';
import { disableRule, enableRule } from './operations/enable-rule.ts';
import { listArchives } from './operations/list-archives.ts';
import { listEventBuses } from './operations/list-event-buses.ts';
import { listReplays } from './operations/list-replays.ts';
import { listRuleNamesByTarget, listRules } from './operations/list-rules.ts';
import { listTargetsByRule } from './operations/list-targets-by-rule.ts';
import { putEvents } from './operations/put-events.ts';
import { putRule } from './operations/put-rule.ts';
import { putTargets } from './operations/put-targets.ts';
import { removeTargets } from './operations/remove-targets.ts';
import { startReplay } from './operations/start-replay.ts';
import { testEventPattern } from './operations/test-event-pattern.ts';
import { updateArchive } from './operations/update-archive.ts';
import { updateEventBus } from './operations/update-event-bus.ts';
import { eventbridgeAuthorization } from './permissions.ts';
import { archiveResource } from './resources/archive.ts';
import { eventBusResource } from './resources/event-bus.ts';
import { ruleResource } from './resources/rule.ts';
import { createState, type EventBridgeState } from './state.ts';

export const eventbridgeService = defineService<'eventbridge', EventBridgeState>({
  name: 'eventbridge',
  signingName: 'events',
  load: () => import('@aws-sdk/client-eventbridge'),
  create: createState,
  authorization: eventbridgeAuthorization,
  operations: {
    CancelReplay: cancelReplay,
    CreateArchive: createArchive,
    CreateEventBus: createEventBus,
    DeleteArchive: deleteArchive,
    DeleteEventBus: deleteEventBus,
    DeleteRule: deleteRule,
    DescribeArchive: describeArchive,
    DescribeEventBus: describeEventBus,
    DescribeReplay: describeReplay,
    DescribeRule: describeRule,
    DisableRule: disableRule,
    EnableRule: enableRule,
    ListArchives: listArchives,
    ListEventBuses: listEventBuses,
    ListReplays: listReplays,
    ListRuleNamesByTarget: listRuleNamesByTarget,
    ListRules: listRules,
    ListTargetsByRule: listTargetsByRule,
    PutEvents: putEvents,
    PutRule: putRule,
    PutTargets: putTargets,
    RemoveTargets: removeTargets,
    StartReplay: startReplay,
    TestEventPattern: testEventPattern,
    UpdateArchive: updateArchive,
    UpdateEventBus: updateEventBus,
  },
  resources: {
    'AWS::Events::Archive': archiveResource,
    'AWS::Events::EventBus': eventBusResource,
    'AWS::Events::Rule': ruleResource,
  },
});
