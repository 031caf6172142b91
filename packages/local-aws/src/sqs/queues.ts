import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Collection } from '../kernel/store.ts';
import { settings } from './queue-attributes.ts';
import { parseRedrivePolicy, type RedrivePolicy } from './redrive-policy.ts';

export interface Queue {
  name: string;
  arn: string;
  /** Attributes that were set, as SQS has them: all strings. What was not set has its default. */
  attributes: Record<string, string>;
  tags: Record<string, string>;
  /** Milliseconds since the epoch. */
  createdAt: number;
  modifiedAt: number;
  purgedAt?: number;
}

/** The queues of the account, by name. */
export class Queues {
  readonly #queues: Collection<Queue>;
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#queues = kernel.store.collection<Queue>('sqs_queues');
  }

  find(name: string): Queue | undefined {
    return this.#queues.get(name);
  }

  /** The queue that a URL names. The origin is not looked at: the same queue is reached under every name of the endpoint. */
  byUrl(url: string | undefined): Queue {
    const [name, account] = (url ?? '').split('/').reverse();
    const queue = name && account === this.#kernel.account ? this.#queues.get(name) : undefined;
    if (!queue) throw queueDoesNotExist();
    return queue;
  }

  byArn(arn: string | undefined): Queue | undefined {
    const prefix = this.#kernel.arn('sqs', '');
    return arn?.startsWith(prefix) ? this.#queues.get(arn.slice(prefix.length)) : undefined;
  }

  put(queue: Queue): void {
    this.#queues.put(queue.name, queue);
  }

  delete(name: string): void {
    this.#queues.delete(name);
  }

  list(options: { prefix?: string; after?: string; limit?: number } = {}): Queue[] {
    return this.#queues.list(options).map(({ value }) => value);
  }

  /** The queues that send what they could not get processed to `deadLetterQueue`. */
  sourcesOf(deadLetterQueue: Queue): Queue[] {
    return this.list().filter((queue) => redrivePolicy(queue)?.deadLetterTargetArn === deadLetterQueue.arn);
  }
}

export function redrivePolicy(queue: Queue): RedrivePolicy | undefined {
  const text = queue.attributes.RedrivePolicy;
  return text ? parseRedrivePolicy(text) : undefined;
}

/** The value of a numeric attribute, its default when it was not set. */
export function numberOf(
  queue: Queue,
  name:
    | 'VisibilityTimeout'
    | 'MaximumMessageSize'
    | 'MessageRetentionPeriod'
    | 'DelaySeconds'
    | 'ReceiveMessageWaitTimeSeconds',
): number {
  return Number(queue.attributes[name] ?? settings[name].initial);
}

/** Built from the origin that the client used: the SDK calls a queue at the origin of its URL. */
export function queueUrl(endpoint: string, account: string, name: string): string {
  return `${endpoint}/${account}/${name}`;
}

export function queueDoesNotExist(): AwsError {
  return new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
}
