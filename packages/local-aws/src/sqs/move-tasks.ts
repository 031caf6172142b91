import type { Kernel } from '../kernel/kernel.ts';
import type { Outcome } from '../kernel/outbox.ts';
import type { Collection } from '../kernel/store.ts';
import type { Arrivals } from './arrivals.ts';
import type { Messages } from './messages.ts';
import type { Queues } from './queues.ts';

export interface MoveTask {
  handle: string;
  sourceArn: string;
  /** Absent: each message goes back to the queue that it came from. */
  destinationArn?: string;
  perSecond?: number;
  status: 'RUNNING' | 'COMPLETED' | 'FAILED';
  failure?: string;
  moved: number;
  toMove: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** Few enough that a turn stays short, many enough that a full dead-letter queue is emptied in seconds. */
const BATCH = 200;

/** Redrives of dead-letter queues: they go on after a restart. */
export class MoveTasks {
  readonly #tasks: Collection<MoveTask>;
  readonly #kernel: Kernel;
  readonly #queues: Queues;
  readonly #messages: Messages;
  readonly #arrivals: Arrivals;

  constructor(kernel: Kernel, queues: Queues, messages: Messages, arrivals: Arrivals) {
    this.#kernel = kernel;
    this.#queues = queues;
    this.#messages = messages;
    this.#arrivals = arrivals;
    this.#tasks = kernel.store.collection<MoveTask>('sqs_move_tasks');
    kernel.outbox.handle<string>('sqs:move', (key) => this.#step(key));
  }

  start(task: MoveTask): void {
    // Newest first under one source: ListMessageMoveTasks answers in that order.
    const key = `${task.sourceArn} ${String(Number.MAX_SAFE_INTEGER - task.startedAt).padStart(16, '0')} ${task.handle}`;
    this.#tasks.put(key, task);
    this.#kernel.outbox.add('sqs:move', key);
  }

  of(sourceArn: string, limit: number): MoveTask[] {
    return this.#tasks.list({ prefix: `${sourceArn} `, limit }).map(({ value }) => value);
  }

  #step(key: string): Outcome<string> {
    const task = this.#tasks.get(key);
    if (task?.status !== 'RUNNING') return;
    const now = this.#kernel.clock.now();
    const source = this.#queues.byArn(task.sourceArn);
    const limit = Math.min(task.perSecond ?? BATCH, task.toMove - task.moved);
    const batch = source ? this.#messages.visible(source.name, now, limit) : [];
    for (const message of batch) {
      const target = this.#queues.byArn(task.destinationArn ?? message.deadLetterSource ?? undefined);
      if (!target) {
        const failure = task.destinationArn ? 'CouldNotDetermineMessageDestination' : 'CouldNotDetermineMessageSource';
        return void this.#tasks.put(key, { ...task, status: 'FAILED', failure });
      }
      this.#messages.revive(message, target.name, now);
      task.moved++;
      this.#arrivals.announce(target.name);
    }
    const done = batch.length < limit || task.moved >= task.toMove;
    this.#tasks.put(key, { ...task, status: done ? 'COMPLETED' : 'RUNNING' });
    if (!done) return { again: task.perSecond ? now + 1000 : now };
  }
}
