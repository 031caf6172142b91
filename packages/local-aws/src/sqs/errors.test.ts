import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  type MessageAttributeValue,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

const MEBIBYTE = 1_048_576;

describe('SQS refuses', () => {
  let aws: TestAws;
  let sqs: SQSClient;
  let url: string;

  beforeAll(async () => {
    aws = await startAws();
    sqs = aws.client(SQSClient);
    url = await queue('plain');
  });
  afterAll(() => aws.close());

  async function queue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
    return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  }
  const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`;
  const send = (message: Partial<ConstructorParameters<typeof SendMessageCommand>[0]>, QueueUrl = url) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...message }));
  const text = (StringValue: string): MessageAttributeValue => ({ DataType: 'String', StringValue });
  const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, text('x')]));

  it('every call on a queue that is not there', async () => {
    const QueueUrl = `${aws.endpoint}/000000000000/absent`;
    const calls = [
      new SendMessageCommand({ QueueUrl, MessageBody: 'x' }),
      new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', MessageBody: 'x' }] }),
      new ReceiveMessageCommand({ QueueUrl }),
      new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'x' }),
      new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: 'x', VisibilityTimeout: 0 }),
      new GetQueueAttributesCommand({ QueueUrl }),
      new SetQueueAttributesCommand({ QueueUrl, Attributes: { DelaySeconds: '1' } }),
      new ListDeadLetterSourceQueuesCommand({ QueueUrl }),
      new PurgeQueueCommand({ QueueUrl }),
      new DeleteQueueCommand({ QueueUrl }),
    ];
    // The commands have no type in common that `send` takes.
    for (const call of calls)
      await expect(sqs.send(call as SendMessageCommand), call.constructor.name).rejects.toMatchObject({
        name: 'QueueDoesNotExist',
        message: 'The specified queue does not exist.',
      });
  });

  it.each([
    ['DelaySeconds', ['0', '900'], ['-1', '901', '1.5', 'x', '']],
    ['MaximumMessageSize', ['1024', String(MEBIBYTE)], ['1023', String(MEBIBYTE + 1)]],
    ['MessageRetentionPeriod', ['60', '1209600'], ['59', '1209601']],
    ['ReceiveMessageWaitTimeSeconds', ['0', '20'], ['21', '-1']],
    ['VisibilityTimeout', ['0', '43200'], ['43201', '-1']],
    ['SqsManagedSseEnabled', ['true', 'false'], ['yes']],
    ['RedriveAllowPolicy', ['{"redrivePermission":"denyAll"}', ''], ['{"redrivePermission":"some"}', '[]', 'x']],
    ['RedrivePolicy', [''], ['[]', '1', 'x']],
  ])('values of %s that are out of its range', async (name, good, bad) => {
    const set = (value: string) =>
      sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { [name]: value } }));
    for (const value of bad) await expect(set(value), value).rejects.toMatchObject({ name: 'InvalidAttributeValue' });
    for (const value of good) await set(value);
    if (name === 'DelaySeconds') await set('0');
  });

  it('queue names that SQS has no queues of', async () => {
    for (const name of ['', 'a b', 'ü', 'x'.repeat(81)])
      await expect(queue(name), name).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await queue('x'.repeat(80));
  });

  it('messages that are too large, empty, or no XML could carry', async () => {
    await send({ MessageBody: 'x'.repeat(MEBIBYTE) });
    const tooLong = `Message must be shorter than ${MEBIBYTE} bytes`;
    for (const message of [
      { MessageBody: 'x'.repeat(MEBIBYTE + 1) },
      { MessageBody: 'ü'.repeat(MEBIBYTE / 2 + 1) },
      // Names, types and values of attributes count too.
      { MessageBody: 'x'.repeat(MEBIBYTE - 7), MessageAttributes: { a: text('x') } },
    ])
      await expect(send(message)).rejects.toMatchObject({
        name: 'InvalidParameterValue',
        message: expect.stringContaining(tooLong),
      });
    const small = await queue('small', { MaximumMessageSize: '1024' });
    await expect(send({ MessageBody: 'x'.repeat(1025) }, small)).rejects.toMatchObject({
      name: 'InvalidParameterValue',
    });
    await expect(send({ MessageBody: '' })).rejects.toMatchObject({ name: 'MissingParameter' });
    await expect(send({ MessageBody: 'a\u0000b' })).rejects.toMatchObject({ name: 'InvalidMessageContents' });
    await expect(send({ DelaySeconds: 901 })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send({ MessageDeduplicationId: 'x' })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it.each<[string, Record<string, MessageAttributeValue>]>([
    ['more than ten', many(11)],
    ['a reserved name', { 'AWS.x': text('x') }],
    ['a name with a space', { 'a b': text('x') }],
    ['a name that ends with a dot', { 'a.': text('x') }],
    ['an empty value', { a: text('') }],
    ['no type', { a: { StringValue: 'x' } as MessageAttributeValue }],
    ['an unknown type', { a: { DataType: 'Boolean', StringValue: 'true' } }],
    ['a number that is none', { a: { DataType: 'Number', StringValue: 'many' } }],
    ['empty bytes', { a: { DataType: 'Binary', BinaryValue: new Uint8Array() } }],
  ])('message attributes: %s', async (_, MessageAttributes) => {
    await expect(send({ MessageAttributes })).rejects.toMatchObject({
      name: expect.stringMatching(/^(InvalidParameterValue|ValidationException)$/),
    });
  });

  it('batches that are together too long, and entries of others one by one', async () => {
    const half = 'x'.repeat(MEBIBYTE / 2);
    const batch = (bodies: string[]) =>
      sqs.send(
        new SendMessageBatchCommand({
          QueueUrl: url,
          Entries: bodies.map((MessageBody, index) => ({ Id: `m${index}`, MessageBody })),
        }),
      );
    expect((await batch([half, half])).Successful).toHaveLength(2);
    await expect(batch([half, half, 'x'])).rejects.toMatchObject({
      name: 'BatchRequestTooLong',
      message: `Batch requests cannot be longer than ${MEBIBYTE} bytes. You have sent ${MEBIBYTE + 1} bytes.`,
    });
    const { Successful, Failed } = await batch(['fine', 'a\u0001b']);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['m0']);
    expect(Failed).toMatchObject([{ Id: 'm1', SenderFault: true, Code: 'InvalidMessageContents' }]);
  });

  it('to receive too many messages, or to wait or hide them too long', async () => {
    for (const wish of [
      { MaxNumberOfMessages: 0 },
      { MaxNumberOfMessages: 11 },
      { WaitTimeSeconds: 21 },
      { WaitTimeSeconds: -1 },
      { VisibilityTimeout: 43_201 },
    ])
      await expect(sqs.send(new ReceiveMessageCommand({ QueueUrl: url, ...wish }))).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
  });

  it('receipt handles that are none, or of another queue', async () => {
    const other = await queue('other');
    await send({}, other);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: other }));
    const ofOther = Messages?.[0]?.ReceiptHandle;
    for (const ReceiptHandle of ['x', 'AQEB', ofOther]) {
      const bad = { name: 'ReceiptHandleIsInvalid' };
      await expect(sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }))).rejects.toMatchObject(bad);
      const change = { QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 };
      await expect(sqs.send(new ChangeMessageVisibilityCommand(change))).rejects.toMatchObject(bad);
    }
    for (const VisibilityTimeout of [-1, 43_201]) {
      const change = { QueueUrl: other, ReceiptHandle: ofOther, VisibilityTimeout };
      await expect(sqs.send(new ChangeMessageVisibilityCommand(change))).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    }
    const twice = new DeleteMessageCommand({ QueueUrl: other, ReceiptHandle: ofOther });
    await sqs.send(twice);
    await sqs.send(twice);
  });

  it('dead-letter queues that do not let a queue use them', async () => {
    const redriveTo = (name: string) => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount: 3 }),
    });
    const RedriveAllowPolicy = JSON.stringify({ redrivePermission: 'byQueue', sourceQueueArns: [arnOf('named')] });
    await queue('for-one', { RedriveAllowPolicy });
    await queue('for-none', { RedriveAllowPolicy: '{"redrivePermission":"denyAll"}' });
    await queue('named', redriveTo('for-one'));
    for (const [name, target] of [
      ['unnamed', 'for-one'],
      ['unnamed', 'for-none'],
    ] as const)
      await expect(queue(name, redriveTo(target))).rejects.toMatchObject({
        name: 'InvalidParameterValue',
        message: expect.stringContaining('RedriveAllowPolicy'),
      });
    const QueueUrl = await queue('unnamed');
    const set = new SetQueueAttributesCommand({ QueueUrl, Attributes: redriveTo('for-none') });
    await expect(sqs.send(set)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  const arns = Array.from({ length: 11 }, (_, index) => arnOf(`q${index}`));
  it.each<[string, object, string]>([
    ['RedrivePolicy', {}, 'Redrive policy does not contain mandatory attribute: maxReceiveCount.'],
    [
      'RedrivePolicy',
      { maxReceiveCount: 3 },
      'Redrive policy does not contain mandatory attribute: deadLetterTargetArn.',
    ],
    [
      'RedrivePolicy',
      { deadLetterTargetArn: arns[0], maxReceiveCount: 1001 },
      'Invalid value for maxReceiveCount: 1001, valid values are from 1 to 1000 both inclusive.',
    ],
    ['RedrivePolicy', { deadLetterTargetArn: 'q', maxReceiveCount: 1 }, 'Invalid value for deadLetterTargetArn.'],
    [
      'RedrivePolicy',
      { deadLetterTargetArn: arns[0], maxReceiveCount: 1, more: 1 },
      'Only following attributes are supported: [deadLetterTargetArn, maxReceiveCount].',
    ],
    [
      'RedrivePolicy',
      { deadLetterTargetArn: arnOf('absent'), maxReceiveCount: 1 },
      'Dead letter target does not exist.',
    ],
    [
      'RedriveAllowPolicy',
      { redrivePermission: 'byQueue' },
      "Amazon SQS can't create the redrive allow policy. When you specify the byQueue permission type, you must also specify one or more sourceQueueArns values.",
    ],
    [
      'RedriveAllowPolicy',
      { redrivePermission: 'byQueue', sourceQueueArns: arns },
      "Amazon SQS can't create the redrive allow policy. The maximum number of source queue ARNs you can specify is 10.",
    ],
    [
      'RedriveAllowPolicy',
      { redrivePermission: 'denyAll', sourceQueueArns: [arns[0]] },
      "Amazon SQS can't create the redrive allow policy. To specify one or more source queue ARNs, you must set redrivePermission to byQueue.",
    ],
  ])('a %s of %j', async (name, policy, reason) => {
    const text = JSON.stringify(policy);
    await expect(queue('refused', { [name]: text })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: `Value ${text} for parameter ${name} is invalid. Reason: ${reason}`,
    });
  });

  it('to move messages of a queue that is no dead-letter queue, to nowhere, or twice at once', async () => {
    await queue('letters');
    await queue('source', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('letters'), maxReceiveCount: 1 }),
    });
    const start = (input: { SourceArn: string; DestinationArn?: string; MaxNumberOfMessagesPerSecond?: number }) =>
      sqs.send(new StartMessageMoveTaskCommand(input));
    const SourceArn = arnOf('letters');
    await expect(start({ SourceArn: arnOf('absent') })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(start({ SourceArn: arnOf('plain') })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    const DestinationArn = arnOf('absent');
    await expect(start({ SourceArn, DestinationArn })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    for (const MaxNumberOfMessagesPerSecond of [0, 501])
      await expect(start({ SourceArn, MaxNumberOfMessagesPerSecond })).rejects.toMatchObject({
        name: 'InvalidParameterValue',
      });
    const list = (MaxResults: number, arn = SourceArn) =>
      sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults }));
    await expect(list(11)).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(list(1, arnOf('absent'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    for (const body of ['a', 'b']) await send({ MessageBody: body }, `${aws.endpoint}/000000000000/letters`);
    await start({ SourceArn, DestinationArn: arnOf('plain'), MaxNumberOfMessagesPerSecond: 1 });
    await expect(start({ SourceArn })).rejects.toMatchObject({ name: 'UnsupportedOperation' });
  });

  it('to send messages back that nobody gave up: nothing says where to', async () => {
    await queue('mixed');
    await queue('giver', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('mixed'), maxReceiveCount: 1 }),
    });
    await send({}, `${aws.endpoint}/000000000000/mixed`);
    const SourceArn = arnOf('mixed');
    await sqs.send(new StartMessageMoveTaskCommand({ SourceArn }));
    for (;;) {
      const { Results } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
      if (Results?.[0]?.Status === 'RUNNING') continue;
      expect(Results?.[0]).toMatchObject({ Status: 'FAILED', FailureReason: 'CouldNotDetermineMessageSource' });
      break;
    }
  });
});
