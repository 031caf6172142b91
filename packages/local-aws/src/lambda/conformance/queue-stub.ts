import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message, MessageAttributeValue } from '@aws-sdk/client-sqs';
import { openRoles, standIn } from '../../kernel/authorization/stand-in.ts';
import { type ManualClock, manualClock } from '../../kernel/clock.ts';
import { Kernel } from '../../kernel/kernel.ts';

export interface QueueStub {
  kernel: Kernel;
  clock: ManualClock;
  reports: string[];
  /** What a ReceiveMessage may take, in order. */
  waiting: Message[];
  /** Each call's entries of DeleteMessageBatch, as message bodies. */
  deleted: string[][];
  /** Bodies of messages that were made visible again at once. */
  given: string[];
  sent: { queue: string; body: string; attributes: Record<string, MessageAttributeValue> }[];
  callers: Set<string>;
  close(): Promise<void>;
}

/** A kernel whose only service is a queue that a test fills and reads, at a time that it moves. */
export async function queueStub(prepare: (kernel: Kernel) => void = () => {}): Promise<QueueStub> {
  const dataDir = mkdtempSync(join(tmpdir(), 'queue-'));
  const clock = manualClock();
  const [waiting, deleted, given, sent, reports]: [Message[], string[][], string[], QueueStub['sent'], string[]] = [
    [],
    [],
    [],
    [],
    [],
  ];
  const callers = new Set<string>();
  const sqs = standIn<'sqs', null>({
    name: 'sqs',
    signingName: 'sqs',
    load: () => import('@aws-sdk/client-sqs'),
    create: () => null,
    operations: {
      async ReceiveMessage({ MaxNumberOfMessages = 1, WaitTimeSeconds = 0 }, { caller }) {
        callers.add(caller.arn);
        const end = clock.now() + WaitTimeSeconds * 1000;
        while (waiting.length === 0 && clock.now() < end)
          await new Promise<void>((resolve) => clock.after(Math.min(1000, end - clock.now()), resolve));
        return { Messages: waiting.splice(0, MaxNumberOfMessages) };
      },
      DeleteMessageBatch({ Entries = [] }) {
        deleted.push(Entries.map(({ ReceiptHandle = '' }) => ReceiptHandle));
        return { Successful: [], Failed: [] };
      },
      ChangeMessageVisibility({ ReceiptHandle = '', VisibilityTimeout }) {
        if (VisibilityTimeout === 0) given.push(ReceiptHandle);
        return {};
      },
      SendMessage({ QueueUrl = '', MessageBody = '', MessageAttributes = {} }) {
        sent.push({ queue: QueueUrl.split('/').at(-1) ?? '', body: MessageBody, attributes: MessageAttributes });
        return { MessageId: 'm' };
      },
    },
  });
  const report = (message: string) => void reports.push(message);
  const options = { dataDir, account: '000000000000', region: 'eu-west-1', clock, images: {}, report };
  const kernel = new Kernel(options, [openRoles, sqs]);
  prepare(kernel);
  await kernel.start('http://127.0.0.1:0');
  return {
    kernel,
    clock,
    reports,
    waiting,
    deleted,
    given,
    sent,
    callers,
    async close() {
      await kernel.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Messages whose receipt handles are their bodies. */
export const messages = (...bodies: string[]): Message[] =>
  bodies.map((body) => ({ MessageId: `id-${body}`, ReceiptHandle: body, Body: body }));
