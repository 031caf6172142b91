import type { Message as WireMessage } from '@aws-sdk/client-sqs';
import { attributesDigest, bodyDigest, selectedAttributes, wireAttributes } from './message-attributes.ts';
import type { Message } from './messages.ts';
import { numberOf, type Queue, redrivePolicy } from './queues.ts';
import type { SqsState } from './state.ts';

export interface Wish {
  count: number;
  /** Milliseconds; the queue's own where the receiver says nothing. */
  visibility: number | undefined;
  /** Milliseconds. */
  wait: number;
  attributeNames: string[];
  systemAttributeNames: string[];
  /** Aborted when the receiver is gone: it must not take messages with it. */
  signal: AbortSignal;
}

/** Takes messages in flight; waits for one up to `wish.wait` when there is none. */
export async function receive(state: SqsState, queue: Queue, wish: Wish): Promise<WireMessage[]> {
  const { clock } = state.kernel;
  const deadline = clock.now() + wish.wait;
  for (;;) {
    const now = clock.now();
    // Read again each time: the queue may have been changed or deleted while its receiver waited.
    const current = state.queues.find(queue.name);
    if (!current || wish.signal.aborted) return [];
    const taken = take(state, current, wish, now);
    if (taken.length > 0 || now >= deadline || state.arrivals.closed) return taken;
    const next = state.messages.nextVisibleAt(queue.name, now) ?? Number.POSITIVE_INFINITY;
    await state.arrivals.wait(queue.name, Math.min(deadline, next) - now, clock, wish.signal);
  }
}

function take(state: SqsState, queue: Queue, wish: Wish, now: number): WireMessage[] {
  const { messages } = state;
  messages.expire(queue.name, now - numberOf(queue, 'MessageRetentionPeriod') * 1000);
  const redrive = redrivePolicy(queue);
  const deadLetterQueue = state.queues.byArn(redrive?.deadLetterTargetArn);
  const visibility = wish.visibility ?? numberOf(queue, 'VisibilityTimeout') * 1000;
  const taken: WireMessage[] = [];
  while (taken.length < wish.count) {
    const candidates = messages.visible(queue.name, now, wish.count - taken.length);
    for (const message of candidates) {
      if (redrive && deadLetterQueue && message.receives >= redrive.maxReceiveCount) {
        messages.bury(message, deadLetterQueue.name, queue.arn, now);
        state.arrivals.announce(deadLetterQueue.name);
      } else {
        const handle = messages.receive(queue.name, message, now, now + visibility);
        taken.push(wireMessage(message, handle, wish));
      }
    }
    // With a visibility of nothing, what was just taken would be taken again.
    if (candidates.length === 0 || visibility === 0) break;
  }
  return taken;
}

function wireMessage(message: Message, handle: string, wish: Wish): WireMessage {
  const attributes = selectedAttributes(message.attributes, wish.attributeNames);
  const digest = attributesDigest(attributes);
  const system = systemAttributes(message, wish.systemAttributeNames);
  return {
    MessageId: message.id,
    ReceiptHandle: handle,
    Body: message.body,
    MD5OfBody: bodyDigest(message.body),
    ...(digest && { MD5OfMessageAttributes: digest, MessageAttributes: wireAttributes(attributes) }),
    ...(Object.keys(system).length > 0 && { Attributes: system }),
  };
}

function systemAttributes(message: Message, names: string[]): Record<string, string> {
  const all: Record<string, string | undefined> = {
    SenderId: message.sender,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receives),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    AWSTraceHeader: message.system.AWSTraceHeader?.string,
    DeadLetterQueueSourceArn: message.deadLetterSource ?? undefined,
  };
  const selected: Record<string, string> = {};
  for (const [name, value] of Object.entries(all))
    if (value !== undefined && (names.includes('All') || names.includes(name))) selected[name] = value;
  return selected;
}
