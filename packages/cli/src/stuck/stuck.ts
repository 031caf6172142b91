import { eachAtOnce } from '@assay/at-once';
import type { Message } from '@aws-sdk/client-sqs';
import type { Names } from '../names.ts';
import type { Clients } from '../platform/clients.ts';
import { type DeadLetter, readDeadLetter } from './dead-letter.ts';
import { HeldMessages } from './held-messages.ts';
import { explainQueueLetters } from './queue-failures.ts';
import { queueUrlOf } from './queue-url.ts';
import { NoWayBack, redeliver } from './redelivery.ts';

/** Looking takes seconds; as long as this, another reader (or an alarm) sees nothing of what is looked at. */
const LOOK = { most: 1000, seconds: 120 };
/** Time to send all of them back. What dies in between leaves the rest held for so long. */
const REDRIVE = { most: 10_000, seconds: 900 };
const REDELIVERIES_AT_ONCE = 8;

interface ServiceQueue {
  service: string;
  queue: string;
  /** About how many dead letters there are, and how many of them were looked at. */
  waiting: number;
  seen: number;
}

export interface Stuck {
  queues: ServiceQueue[];
  letters: DeadLetter[];
}

type Aws = Pick<Clients, 'sqs' | 'lambda' | 'logs'>;

/** Looks into the services' dead-letter queues and leaves everything in them. A service that isn't deployed has none. */
export async function lookForStuck(aws: Aws, names: Names, services: readonly string[]): Promise<Stuck> {
  const found = await Promise.all(
    services.map(async (service) => {
      const queue = names.deadLetters(service);
      const queueUrl = await queueUrlOf(aws.sqs, queue);
      if (!queueUrl) return { queues: [], letters: [] };
      await using held = await HeldMessages.of(aws.sqs, queueUrl, LOOK);
      const letters = held.messages.map((message) => readDeadLetter(service, message));
      const { waiting, messages } = held;
      return {
        queues: [{ service, queue, waiting, seen: messages.length }],
        letters: await explainQueueLetters(aws, letters),
      };
    }),
  );
  return { queues: found.flatMap(({ queues }) => queues), letters: found.flatMap(({ letters }) => letters) };
}

export interface Redriven {
  redriven: DeadLetter[];
  /** What stays in its queue, and why. */
  failed: (DeadLetter & { error: string })[];
  /** Those that were more than one run sends back. */
  left: number;
}

export interface RedriveOptions {
  services: readonly string[];
  /** Ids of messages, or their beginnings; all messages when there are none. */
  messages: readonly string[];
  progress(done: number, total: number): void;
}

/**
 * Sends dead letters back to where they came from. Each is deleted once its redelivery was acknowledged: a run that dies in
 * between leaves it, so that it may come twice but is never lost. What gets stuck anew meanwhile is not taken up again.
 */
export async function redriveStuck(aws: Aws, names: Names, options: RedriveOptions): Promise<Redriven> {
  const result: Redriven = { redriven: [], failed: [], left: 0 };
  for (const service of options.services) {
    const queueUrl = await queueUrlOf(aws.sqs, names.deadLetters(service));
    if (!queueUrl) continue;
    await using held = await HeldMessages.of(aws.sqs, queueUrl, REDRIVE);
    const { messages: wanted } = options;
    const chosen = held.messages.filter(
      ({ MessageId = '' }) => wanted.length === 0 || wanted.some((id) => MessageId.startsWith(id)),
    );
    result.left += held.waiting - held.messages.length;
    let done = 0;
    const sendBack = async (message: Message) => {
      const letter = readDeadLetter(service, message);
      try {
        await redeliver(aws, letter.place, message);
        await held.delete(message);
        result.redriven.push(letter);
      } catch (error) {
        // AWS's refusal (a function that is gone, a permission that lacks) is told beside the message that it concerns.
        if (!(error instanceof NoWayBack || isRefusal(error))) throw error;
        result.failed.push({ ...letter, error: error.message });
      }
      options.progress(++done, chosen.length);
    };
    await eachAtOnce(chosen, REDELIVERIES_AT_ONCE, sendBack);
  }
  return result;
}

/** An error that the SDK gives an AWS service's answer as. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && '$fault' in error;
}
