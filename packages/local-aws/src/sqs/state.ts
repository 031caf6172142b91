import { RECEIVED } from '../kernel/in-hand.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { OperationName } from '../kernel/modules.ts';
import type { Operation } from '../kernel/service.ts';
import { Arrivals } from './arrivals.ts';
import { Messages } from './messages.ts';
import { defineMetrics } from './metrics.ts';
import { MoveTasks } from './move-tasks.ts';
import { Queues } from './queues.ts';

export interface SqsState {
  kernel: Kernel;
  queues: Queues;
  messages: Messages;
  arrivals: Arrivals;
  moveTasks: MoveTasks;
}

export type SqsOperation<O extends OperationName<'sqs'>> = Operation<'sqs', O, SqsState>;

export function createState(kernel: Kernel): SqsState {
  const queues = new Queues(kernel);
  const messages = new Messages(kernel.store);
  const arrivals = new Arrivals();
  // Before any poller of this process receives: those of the one before are gone, and what they held was not dealt with.
  for (const handle of kernel.inHand.leftBehind(RECEIVED)) messages.giveBack(handle, kernel.clock.now());
  const moveTasks = new MoveTasks(kernel, queues, messages, arrivals);
  const state: SqsState = { kernel, queues, messages, arrivals, moveTasks };
  defineMetrics(state);
  return state;
}
