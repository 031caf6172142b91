import type { Kernel } from '../kernel/kernel.ts';
import type { OperationName } from '../kernel/modules.ts';
import type { Operation } from '../kernel/service.ts';
import { Archives } from './archives.ts';
import { Buses } from './buses.ts';
import { Deliveries } from './delivery.ts';
import { Replays } from './replays.ts';
import { Rules } from './rules.ts';
import { Schedules } from './schedules.ts';

export interface EventBridgeState {
  kernel: Kernel;
  buses: Buses;
  rules: Rules;
  archives: Archives;
  deliveries: Deliveries;
  replays: Replays;
  schedules: Schedules;
}

export type EventBridgeOperation<O extends OperationName<'eventbridge'>> = Operation<
  'eventbridge',
  O,
  EventBridgeState
>;

export function createState(kernel: Kernel): EventBridgeState {
  const rules = new Rules(kernel);
  const archives = new Archives(kernel);
  const deliveries = new Deliveries(kernel);
  return {
    kernel,
    buses: new Buses(kernel),
    rules,
    archives,
    deliveries,
    replays: new Replays(kernel, { archives, rules, deliveries }),
    schedules: new Schedules(kernel, rules, deliveries),
  };
}
