import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** The most that SQS takes or gives in one call. */
const BATCH = 10;

export interface Holding {
  /** At most so many messages. */
  most: number;
  /** How long nobody else sees them, in seconds; a command that dies gives them back after that. */
  seconds: number;
}

/** Messages of a queue that are held for a while, and given back unless they are deleted. */
export class HeldMessages implements AsyncDisposable {
  readonly messages: readonly Message[];
  /** About how many there are in the queue, these included. */
  readonly waiting: number;
  readonly #sqs: SQSClient;
  readonly #queueUrl: string;
  readonly #held: Map<string, Message>;

  private constructor(sqs: SQSClient, queueUrl: string, held: Map<string, Message>, waiting: number) {
    this.#sqs = sqs;
    this.#queueUrl = queueUrl;
    this.#held = held;
    this.messages = [...held.values()];
    this.waiting = waiting;
  }

  /**
   * Receives what is visible in a queue. SQS gives ten at a time and no order: each is held until all were seen, or the
   * same ones would come again. Waiting a second asks all of SQS's servers, not a sample of them ("Short and long polling").
   */
  static async of(sqs: SQSClient, queueUrl: string, { most, seconds }: Holding): Promise<HeldMessages> {
    // Asked first: who may not ask holds nothing.
    const { Attributes = {} } = await sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    const { ApproximateNumberOfMessages = '0', ApproximateNumberOfMessagesNotVisible = '0' } = Attributes;
    const counted = Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
    const held = new Map<string, Message>();
    const receive = new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: BATCH,
      VisibilityTimeout: seconds,
      WaitTimeSeconds: 1,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    while (held.size < most) {
      const { Messages = [] } = await sqs.send(receive);
      const known = held.size;
      for (const message of Messages) held.set(message.MessageId ?? '', message);
      // Nothing, or (when the holding took too long) what was seen before.
      if (held.size === known) break;
    }
    return new HeldMessages(sqs, queueUrl, held, Math.max(counted, held.size));
  }

  async delete(message: Message): Promise<void> {
    const { MessageId = '', ReceiptHandle } = message;
    await this.#sqs.send(new DeleteMessageCommand({ QueueUrl: this.#queueUrl, ReceiptHandle }));
    this.#held.delete(MessageId);
  }

  /** Gives back what is still held: it is visible again at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    const handles = [...this.#held.values()].map(({ ReceiptHandle }) => ReceiptHandle);
    this.#held.clear();
    for (let at = 0; at < handles.length; at += BATCH) {
      const Entries = handles
        .slice(at, at + BATCH)
        .map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle, VisibilityTimeout: 0 }));
      // An entry that fails is visible again by itself when its time is over.
      await this.#sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#queueUrl, Entries }));
    }
  }
}
