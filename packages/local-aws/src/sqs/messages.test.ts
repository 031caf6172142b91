import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';
import { type ManualClock, manualClock } from '../kernel/clock.ts';

describe('SQS messages', () => {
  let aws: TestAws;
  let sqs: SQSClient;
  let clock: ManualClock;
  let next = 0;

  beforeAll(async () => {
    clock = manualClock();
    aws = await startAws({ clock });
    sqs = aws.client(SQSClient);
  });
  afterAll(() => aws.close());

  async function queue(Attributes: Record<string, string> = {}): Promise<string> {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: `messages-${next++}`, Attributes }));
    return QueueUrl ?? '';
  }
  const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
    (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];

  /** Lets time pass until `result` is there. */
  async function passing<T>(result: Promise<T>): Promise<T> {
    let over = false;
    void result.finally(() => {
      over = true;
    });
    while (!over) await clock.advance(1000);
    return result;
  }

  it('hands a message over with its digests, attributes and counts', async () => {
    const QueueUrl = await queue();
    const sent = await sqs.send(
      new SendMessageCommand({
        QueueUrl,
        MessageBody: 'grüße',
        MessageAttributes: {
          kind: { DataType: 'String', StringValue: 'greeting' },
          bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
          weight: { DataType: 'Number', StringValue: '1.5' },
        },
      }),
    );
    // The SDK's client verifies the digests of body and attributes itself.
    const [message] = await receive(QueueUrl, { MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] });
    expect(message).toMatchObject({
      MessageId: sent.MessageId,
      Body: 'grüße',
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
      MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' }, weight: { StringValue: '1.5' } },
      Attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(clock.now()) },
    });
    expect([...(message?.MessageAttributes?.bytes?.BinaryValue ?? [])]).toEqual([1, 2, 3]);
  });

  it('redelivers a message whose consumer died, and forgets one that was deleted', async () => {
    const QueueUrl = await queue({ VisibilityTimeout: '30' });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'once' }));
    expect(await receive(QueueUrl)).toHaveLength(1);
    expect(await receive(QueueUrl)).toHaveLength(0);
    await clock.advance(30_000);
    const [again] = await receive(QueueUrl, { MessageSystemAttributeNames: ['ApproximateReceiveCount'] });
    expect(again?.Attributes?.ApproximateReceiveCount).toBe('2');
    await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: again?.ReceiptHandle }));
    await clock.advance(60_000);
    expect(await receive(QueueUrl)).toHaveLength(0);
  });

  it('answers a long poll at once when a message arrives', async () => {
    const QueueUrl = await queue();
    const polling = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'awaited' }));
    expect((await polling).map(({ Body }) => Body)).toEqual(['awaited']);
  });

  it('hides a message from when it was received, by what the queue says then, however long that was waited for', async () => {
    const QueueUrl = await queue({ VisibilityTimeout: '5' });
    const polling = receive(QueueUrl, { WaitTimeSeconds: 20 });
    await clock.advance(15_000);
    const Attributes = { VisibilityTimeout: '10' };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'awaited' }));
    expect(await polling).toHaveLength(1);
    await clock.advance(9000);
    expect(await receive(QueueUrl)).toEqual([]);
    await clock.advance(1000);
    expect(await receive(QueueUrl)).toHaveLength(1);
  });

  it('answers a long poll when a delayed message becomes visible, or with nothing at its end', async () => {
    const QueueUrl = await queue();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'later', DelaySeconds: 5 }));
    const polling = receive(QueueUrl, { WaitTimeSeconds: 20 });
    expect((await passing(polling)).map(({ Body }) => Body)).toEqual(['later']);
    expect(await passing(receive(QueueUrl, { WaitTimeSeconds: 3 }))).toEqual([]);
  });

  it('buries what was received too often in the dead-letter queue, and moves it back on request', async () => {
    const deadLetters = await queue();
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetters, AttributeNames: ['QueueArn'] }),
    );
    const deadLetterTargetArn = Attributes?.QueueArn ?? '';
    const QueueUrl = await queue({ RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 }) });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'poison' }));
    for (let time = 0; time < 2; time++) {
      expect(await receive(QueueUrl, { VisibilityTimeout: 1 })).toHaveLength(1);
      await clock.advance(1000);
    }
    expect(await receive(QueueUrl)).toHaveLength(0);
    const [dead] = await receive(deadLetters, { AttributeNames: ['All'], VisibilityTimeout: 0 });
    expect(dead).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
    expect(dead?.Attributes?.DeadLetterQueueSourceArn).toMatch(/^arn:aws:sqs:.*messages-\d+$/);
    const sources = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: deadLetters }));
    expect(sources.queueUrls).toEqual([QueueUrl]);

    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn: deadLetterTargetArn }));
    expect((await receive(QueueUrl, { WaitTimeSeconds: 1 })).map(({ Body }) => Body)).toEqual(['poison']);
    const { Results } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: deadLetterTargetArn }));
    expect(Results).toMatchObject([{ Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1 }]);
  });

  it('answers each entry of a batch by itself', async () => {
    const QueueUrl = await queue({ MaximumMessageSize: '1024' });
    const sent = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'fits', MessageBody: 'x' },
          { Id: 'too-long', MessageBody: 'x'.repeat(1025) },
        ],
      }),
    );
    expect(sent.Successful?.map(({ Id }) => Id)).toEqual(['fits']);
    expect(sent.Failed).toMatchObject([{ Id: 'too-long', SenderFault: true, Code: 'InvalidParameterValue' }]);
    const [message] = await receive(QueueUrl);
    const deleted = await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: [
          { Id: 'real', ReceiptHandle: message?.ReceiptHandle },
          { Id: 'invented', ReceiptHandle: 'nonsense' },
        ],
      }),
    );
    expect(deleted.Successful).toEqual([{ Id: 'real' }]);
    expect(deleted.Failed).toMatchObject([{ Id: 'invented', Code: 'ReceiptHandleIsInvalid' }]);
  });

  it('refuses whole batches that are empty, too long or ambiguous', async () => {
    const QueueUrl = await queue();
    const batch = (ids: string[]) =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: ids.map((Id) => ({ Id, MessageBody: 'x' })) }));
    await expect(batch([])).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    await expect(batch(['a', 'a'])).rejects.toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
    await expect(batch(['a b'])).rejects.toMatchObject({ name: 'InvalidBatchEntryId' });
    await expect(batch(Array.from({ length: 11 }, (_, index) => `m${index}`))).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequest',
    });
  });

  it('makes a message visible at once when its visibility is set to nothing, and refuses one that is not in flight', async () => {
    const QueueUrl = await queue();
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'returned' }));
    const [first] = await receive(QueueUrl);
    const change = () =>
      sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle, VisibilityTimeout: 0 }),
      );
    await change();
    await expect(change()).rejects.toMatchObject({ name: 'MessageNotInflight' });
    expect(await receive(QueueUrl)).toHaveLength(1);
    await expect(change()).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('keeps messages, their flights and delays over a restart, and drops those past their retention', async () => {
    const QueueUrl = await queue({ MessageRetentionPeriod: '60', VisibilityTimeout: '10' });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'kept' }));
    expect(await receive(QueueUrl)).toHaveLength(1);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'delayed', DelaySeconds: 20 }));
    await aws.restart();
    sqs = aws.client(SQSClient);
    const counts = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(counts.Attributes).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '1',
    });
    await clock.advance(10_000);
    expect((await receive(QueueUrl)).map(({ Body }) => Body)).toEqual(['kept']);
    await clock.advance(50_000);
    expect(await receive(QueueUrl)).toEqual([]);
  });
});
