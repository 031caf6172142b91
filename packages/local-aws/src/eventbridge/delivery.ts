import type { Target } from '@aws-sdk/client-eventbridge';
import { serviceCaller } from '../kernel/caller.ts';
import { AwsError, Closing, messageOf } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Outcome, Task } from '../kernel/outbox.ts';
import type { BusEvent } from './event.ts';
import { type Exhausted, type Failure, failureOf, nextTry } from './retry.ts';
import type { Rule } from './rules.ts';
import { targetInput } from './target-input.ts';
import { sendTo } from './targets.ts';

/** One event on its way to one target. The target is kept with it: a rule that changes meanwhile changes later events. */
export interface QueuedDelivery {
  event: BusEvent;
  target: Target;
  ruleArn: string;
  ruleName: string;
  receivedAt: number;
}

const KIND = 'eventbridge:deliver';
/** Replayed events go beside the new ones, fewer at a time: a replay of a month doesn't keep today's events waiting. */
const REPLAYED = 'eventbridge:deliver-replayed';

/** Delivers events to targets, each by itself: until it arrived, or its retry policy is exhausted. */
export class Deliveries {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    const deliver = (delivery: QueuedDelivery, task: Task) => this.#deliver(delivery, task);
    kernel.outbox.handle<QueuedDelivery>(KIND, deliver, { concurrency: 32 });
    kernel.outbox.handle<QueuedDelivery>(REPLAYED, deliver, { concurrency: 8 });
  }

  /** Queues an event for every target of a rule; delivered once the turn's writes are on disk. */
  queue(rule: Rule, event: BusEvent): void {
    const { clock, eventDelivery, outbox } = this.#kernel;
    const kind = event['replay-name'] === undefined ? KIND : REPLAYED;
    const receivedAt = clock.now();
    for (const target of rule.targets) {
      const delivery: QueuedDelivery = { event, target, ruleArn: rule.arn, ruleName: rule.name, receivedAt };
      for (let copy = eventDelivery.copies(); copy > 0; copy--)
        outbox.add(kind, delivery, { at: receivedAt + eventDelivery.delay() });
    }
  }

  async #deliver(delivery: QueuedDelivery, task: Task): Promise<Outcome<QueuedDelivery>> {
    const { target, event, ruleArn, receivedAt } = delivery;
    try {
      const input = targetInput(target, delivery);
      await sendTo(this.#kernel, target, { input, event, ruleArn, deliveryId: task.id });
    } catch (error) {
      // Not the target's failure: the next start delivers it.
      if (error instanceof Closing) throw error;
      const failure = failureOf(error);
      const { clock } = this.#kernel;
      const next = failure.retryable
        ? nextTry(target.RetryPolicy, { retries: task.attempts, receivedAt, now: clock.now() })
        : undefined;
      if (next && 'at' in next) return { again: next.at };
      await this.#bury(delivery, failure, task.attempts, next?.exhausted);
    }
  }

  /** Puts an event that could not be delivered into the target's dead-letter queue, when it has one. */
  async #bury(delivery: QueuedDelivery, failure: Failure, retries: number, exhausted?: Exhausted): Promise<void> {
    const { target, event, ruleArn } = delivery;
    const { account, endpoint } = this.#kernel;
    const story = `EventBridge could not deliver ${event['detail-type']} (${event.id}) from ${ruleArn} to ${target.Arn}: ${failure.code}, ${failure.message}`;
    const queueArn = target.DeadLetterConfig?.Arn;
    if (!queueArn) return this.#kernel.report(`${story}. The target has no DeadLetterConfig, so the event is dropped.`);
    const attributes: Record<string, string | undefined> = {
      RULE_ARN: ruleArn,
      TARGET_ARN: target.Arn,
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message.slice(0, 1024) || failure.code,
      EXHAUSTED_RETRY_CONDITION: exhausted,
      RETRY_ATTEMPTS: String(retries),
    };
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).flatMap(([name, StringValue]) =>
        StringValue === undefined ? [] : [[name, { DataType: 'String', StringValue }]],
      ),
    );
    const QueueUrl = `${endpoint}/${account}/${queueArn.split(':').at(-1)}`;
    const input = { QueueUrl, MessageBody: JSON.stringify(event), MessageAttributes };
    try {
      await this.#kernel.call('sqs', 'SendMessage', input, serviceCaller('events.amazonaws.com', account, ruleArn));
    } catch (error) {
      // A fault of ours, or a stop, is no reason to drop the event: the outbox comes back to it.
      if (!(error instanceof AwsError)) throw error;
      this.#kernel.report(`${story}. Nor could its dead-letter queue ${queueArn} take it: ${messageOf(error)}`, error);
    }
  }
}
