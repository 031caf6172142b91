import { randomUUID } from 'node:crypto';
import type { Message } from '@aws-sdk/client-sqs';
import { type Caller, internalCaller } from '../../kernel/caller.ts';
import { Closing, messageOf } from '../../kernel/errors.ts';
import { RECEIVED } from '../../kernel/in-hand.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { EnvironmentPool } from '../environment-pool.ts';
import type { Functions, LambdaFunction } from '../functions.ts';
import { functionCaller, functionReference, PRINCIPAL } from '../functions.ts';
import { failedMessages, recordOf, withinPayload } from './batch.ts';
import type { Mapping } from './mappings.ts';

/** "Lambda reads up to five batches and sends them to your function." */
const BATCHES_AT_ONCE = 5;
const LONG_POLL_SECONDS = 20;
const PAUSE_AFTER_TROUBLE = 5000;
const LARGEST_RECEIVE = 10;

/** Reads a queue for a function: receives batches, invokes, and deletes what was processed. */
export class Poller {
  mapping: Mapping;
  readonly #kernel: Kernel;
  readonly #functions: Pick<Functions, 'find'>;
  readonly #pool: Pick<EnvironmentPool, 'run'>;
  readonly #queueUrl: string;
  #underWay = 0;
  #stopped = false;
  #wake: (() => void) | undefined;
  #troubled = false;

  constructor(
    kernel: Kernel,
    functions: Pick<Functions, 'find'>,
    pool: Pick<EnvironmentPool, 'run'>,
    mapping: Mapping,
  ) {
    this.#kernel = kernel;
    this.#functions = functions;
    this.#pool = pool;
    this.mapping = mapping;
    this.#queueUrl = `${kernel.endpoint}/${kernel.account}/${mapping.queueArn.split(':').at(-1)}`;
  }

  /** Polls until it is stopped. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const lambda = this.#function();
        if (!lambda) throw new Error(`the function ${this.mapping.functionName} is not there`);
        await this.#room(lambda);
        if (this.#stopped) return;
        const messages = await this.#batch(lambda);
        this.#troubled = false;
        for (const part of withinPayload(messages, ({ Body = '' }) => Buffer.byteLength(Body) + 1024)) {
          // What was too large for one invocation takes the room of several.
          await this.#room(lambda);
          if (this.#stopped) await this.#giveBack(part);
          else void this.#process(lambda, part);
        }
      } catch (error) {
        if (this.#stopped) return;
        if (!this.#troubled)
          this.#kernel.report(
            `${this.mapping.functionName} cannot read ${this.mapping.queueArn} and tries again: ${messageOf(error)}`,
            error,
          );
        this.#troubled = true;
        await this.#pause(PAUSE_AFTER_TROUBLE);
      }
    }
  }

  /** Goes on as the mapping says now; its queue stays the same. What is being received meanwhile still comes as before. */
  change(mapping: Mapping): void {
    this.mapping = mapping;
    this.#wake?.();
  }

  /** No more batches from here on; those under way end. */
  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  #function(): LambdaFunction | undefined {
    return this.#functions.find(functionReference(this.mapping.functionArn));
  }

  /** Waits until another batch may be under way: what can't run yet had better stay in the queue. */
  async #room(lambda: LambdaFunction): Promise<void> {
    const reserved = Math.max(1, lambda.reservedConcurrency ?? Number.POSITIVE_INFINITY);
    const most = () => Math.min(this.mapping.maximumConcurrency ?? BATCHES_AT_ONCE, reserved);
    while (!this.#stopped && this.#underWay >= most())
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
  }

  /** A full batch, or what came within the batching window. */
  async #batch(lambda: LambdaFunction): Promise<Message[]> {
    const { clock } = this.#kernel;
    const caller = functionCaller(lambda);
    const { batchSize, window } = this.mapping;
    const messages = await this.#receive(Math.min(batchSize, LARGEST_RECEIVE), LONG_POLL_SECONDS, caller);
    const end = clock.now() + window * 1000;
    while (messages.length > 0 && messages.length < batchSize && window > 0 && !this.#stopped) {
      const left = Math.floor((end - clock.now()) / 1000);
      const wanted = Math.min(batchSize - messages.length, LARGEST_RECEIVE);
      let more: Message[];
      try {
        more = await this.#receive(wanted, Math.min(Math.max(left, 0), LONG_POLL_SECONDS), caller);
      } catch {
        // What has come doesn't wait for what can't be read; the next batch's first read tells of it.
        break;
      }
      messages.push(...more);
      if (more.length === 0 && left <= LONG_POLL_SECONDS) break;
    }
    return messages;
  }

  /** For a poller that was stopped while they waited: others may have them at once. The role needs no permission for that. */
  async #giveBack(messages: Message[]): Promise<void> {
    const asLambda = internalCaller(PRINCIPAL, this.#kernel.account);
    for (const { ReceiptHandle } of messages) {
      const input = { QueueUrl: this.#queueUrl, ReceiptHandle, VisibilityTimeout: 0 };
      await this.#kernel.call('sqs', 'ChangeMessageVisibility', input, asLambda);
    }
    this.#release(messages);
  }

  async #receive(count: number, wait: number, caller: Caller): Promise<Message[]> {
    const { Messages = [] } = await this.#kernel.call(
      'sqs',
      'ReceiveMessage',
      {
        QueueUrl: this.#queueUrl,
        MaxNumberOfMessages: count,
        WaitTimeSeconds: wait,
        MessageSystemAttributeNames: ['All'],
        MessageAttributeNames: ['All'],
      },
      caller,
    );
    // In the turn in which they were received.
    this.#kernel.inHand.take(RECEIVED, handlesOf(Messages));
    return Messages;
  }

  /**
   * One batch: what fails becomes visible again when its visibility timeout ends. What a stop interrupts stays in hand, so
   * that the next start gives it back at once.
   */
  async #process(lambda: LambdaFunction, messages: Message[]): Promise<void> {
    this.#underWay++;
    try {
      const { queueArn, reportsFailures } = this.mapping;
      const payload = JSON.stringify({
        Records: messages.map((message) => recordOf(message, queueArn, this.#kernel.region)),
      });
      const result = await this.#pool.run(lambda, { requestId: randomUUID(), payload }, { throttled: false });
      if (result.failed && this.#stopped) return;
      if (!result.failed) {
        const failed = reportsFailures ? failedMessages(result.payload, messages) : new Set<string>();
        await this.#delete(
          messages.filter(({ MessageId = '' }) => !failed.has(MessageId)),
          lambda,
        );
      }
      this.#release(messages);
    } catch (error) {
      // Nothing is lost: the messages are still in the queue.
      if (this.#stopped || error instanceof Closing) return;
      this.#release(messages);
      this.#kernel.report(`${lambda.name}: a batch of ${messages.length} could not be run: ${messageOf(error)}`, error);
    } finally {
      this.#underWay--;
      this.#wake?.();
    }
  }

  async #delete(messages: Message[], lambda: LambdaFunction): Promise<void> {
    const caller = functionCaller(lambda);
    for (let at = 0; at < messages.length; at += LARGEST_RECEIVE) {
      const Entries = messages
        .slice(at, at + LARGEST_RECEIVE)
        .map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#kernel.call('sqs', 'DeleteMessageBatch', { QueueUrl: this.#queueUrl, Entries }, caller);
    }
  }

  /** They were dealt with: a crash from here on gives none of them back. Those that failed stay hidden and counted. */
  #release(messages: Message[]): void {
    this.#kernel.inHand.release(RECEIVED, handlesOf(messages));
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#kernel.clock.after(milliseconds, () => resolve());
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}

const handlesOf = (messages: Message[]): string[] => messages.map(({ ReceiptHandle = '' }) => ReceiptHandle);
