import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateEventSourceMappingCommand,
  type CreateEventSourceMappingCommandInput,
  CreateFunctionCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../test/harness.ts';
import { startLocalAws } from '../../index.ts';
import { moduleZip } from '../test-package.ts';

/** Fails the messages whose body says so. */
const SOURCE = `
  import { existsSync } from 'node:fs';
  export const handler = async (event) => {
    const bodies = event.Records.map((record) => record.body);
    if (bodies.includes('throw')) throw new Error('asked to');
    const marker = bodies[0].match(/wait for (.*)/)?.[1];
    while (marker && !existsSync(marker)) await new Promise((resolve) => setImmediate(resolve));
    return { batchItemFailures: event.Records.filter((r) => r.body === 'fail').map((r) => ({ itemIdentifier: r.messageId })), bodies };
  };`;

describe('an SQS event source', () => {
  let aws: TestAws;
  let lambda: LambdaClient;
  let sqs: SQSClient;
  let next = 0;

  beforeAll(async () => {
    aws = await startAws({ openRoles: ['reader'] });
    lambda = aws.client(LambdaClient);
    sqs = aws.client(SQSClient);
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'reader',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: 'arn:aws:iam::000000000000:role/reader',
        Code: { ZipFile: moduleZip(SOURCE) },
        Timeout: 2,
      }),
    );
  });
  afterAll(() => aws.close());

  async function queue(Attributes: Record<string, string> = {}) {
    const name = `source-${next++}`;
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    return { QueueUrl, arn: `arn:aws:sqs:eu-west-1:000000000000:${name}` };
  }

  async function map(EventSourceArn: string, more: Partial<CreateEventSourceMappingCommandInput> = {}) {
    const input = { FunctionName: 'reader', EventSourceArn, ...more };
    return lambda.send(new CreateEventSourceMappingCommand(input));
  }

  /** Waits until the queue holds as many messages as `expected`, in flight ones included. */
  async function holds(QueueUrl: string, expected: number, which = 'both', client = sqs): Promise<void> {
    for (;;) {
      const query = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      const { Attributes = {} } = await client.send(query);
      const { ApproximateNumberOfMessages: visible, ApproximateNumberOfMessagesNotVisible: flying } = Attributes;
      if (Number(visible) + (which === 'both' ? Number(flying) : 0) === expected) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('runs the function on messages, and deletes what it processed', async () => {
    const { QueueUrl, arn } = await queue();
    const mapping = await map(arn, { BatchSize: 5 });
    expect(mapping).toMatchObject({ State: 'Enabled', BatchSize: 5, EventSourceArn: arn });
    const Entries = Array.from({ length: 7 }, (_, index) => ({ Id: `m${index}`, MessageBody: `body ${index}` }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await holds(QueueUrl, 0);
    const calls = aws.aws.kernel.callLog.summary();
    expect(calls.find(({ operation }) => operation === 'DeleteMessageBatch')?.callerArn).toBe(
      'arn:aws:sts::000000000000:assumed-role/reader/reader',
    );
  });

  it('keeps the messages that the function reports as failed, until they are dead letters', async () => {
    const deadLetters = await queue();
    const { QueueUrl, arn } = await queue({
      VisibilityTimeout: '2',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 1 }),
    });
    await map(arn, { FunctionResponseTypes: ['ReportBatchItemFailures'] });
    const Entries = ['fine', 'fail'].map((MessageBody) => ({ Id: MessageBody, MessageBody }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await holds(QueueUrl, 0);
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: deadLetters.QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 }),
    );
    expect(Messages?.map(({ Body }) => Body)).toEqual(['fail']);
  });

  it('keeps a whole batch that the function throws on', async () => {
    const { QueueUrl, arn } = await queue({ VisibilityTimeout: '600' });
    await map(arn);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'throw' }));
    for (;;) {
      const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
      if (Attributes?.ApproximateNumberOfMessagesNotVisible === '1') break;
    }
    await holds(QueueUrl, 1);
  });

  it('gives back what a killed process held, at once and as never received', async () => {
    const deadLetters = await queue();
    const { QueueUrl, arn } = await queue({
      VisibilityTimeout: '600',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: 1 }),
    });
    await map(arn);
    const copy = await mkdtemp(join(tmpdir(), 'killed-'));
    const marker = join(copy, 'go');
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `wait for ${marker}` }));
    await holds(QueueUrl, 0, 'ApproximateNumberOfMessages');
    // The disk as a kill at this instant leaves it.
    await cp(aws.dataDir, join(copy, 'data'), { recursive: true });
    await writeFile(marker, '');
    await holds(QueueUrl, 0);
    const next = await startLocalAws({ dataDir: join(copy, 'data') });
    const { endpoint, region, administrator: credentials } = next;
    const later = new SQSClient({ endpoint, region, credentials });
    const at = (url: string) => url.replace(aws.endpoint, endpoint);
    await holds(at(QueueUrl), 0, 'both', later);
    await holds(at(deadLetters.QueueUrl), 0, 'both', later);
    await next.close();
    await rm(copy, { recursive: true });
  });

  it('collects a batch over its window', async () => {
    const { QueueUrl, arn } = await queue();
    const { UUID } = await map(arn, { BatchSize: 100, MaximumBatchingWindowInSeconds: 1 });
    const Entries = Array.from({ length: 10 }, (_, index) => ({ Id: `m${index}`, MessageBody: 'x' }));
    for (let batch = 0; batch < 2; batch++) await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    await holds(QueueUrl, 0);
    await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
  });

  it('runs what has come when the queue can’t be read on within the window', async () => {
    const { QueueUrl, arn } = await queue({ VisibilityTimeout: '3600' });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    const { kernel } = aws.aws;
    const perform = kernel.perform.bind(kernel);
    let reads = 0;
    kernel.perform = async (service, operation, input, request) => {
      if (operation === 'ReceiveMessage' && ++reads === 2) throw new Error('the queue is away');
      return perform(service, operation, input, request);
    };
    const { UUID } = await map(arn, { BatchSize: 100, MaximumBatchingWindowInSeconds: 1 });
    await holds(QueueUrl, 0);
    kernel.perform = perform;
    await lambda.send(new DeleteEventSourceMappingCommand({ UUID }));
  });

  it('rests while it is disabled, and is taken up again after a restart', async () => {
    const { QueueUrl, arn } = await queue();
    const { UUID } = await map(arn, { Enabled: false });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'waits' }));
    await aws.restart();
    lambda = aws.client(LambdaClient);
    sqs = aws.client(SQSClient);
    await holds(QueueUrl, 1);
    expect((await lambda.send(new GetEventSourceMappingCommand({ UUID }))).State).toBe('Disabled');
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    await holds(QueueUrl, 0);
    await aws.restart();
    lambda = aws.client(LambdaClient);
    sqs = aws.client(SQSClient);
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'again' }));
    await holds(QueueUrl, 0);
    const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn: arn }));
    expect(EventSourceMappings?.map((mapping) => mapping.UUID)).toEqual([UUID]);
  });

  it('is refused where AWS refuses it', async () => {
    const { arn } = await queue();
    await map(arn, { Enabled: false });
    await expect(map(arn)).rejects.toMatchObject({ name: 'ResourceConflictException' });
    await expect(map(`${arn}-absent`)).rejects.toThrow(/QueueDoesNotExist/);
    const hasty = await queue({ VisibilityTimeout: '1' });
    await expect(map(hasty.arn)).rejects.toThrow(
      /visibility timeout: 1 seconds is less than Function timeout: 2 seconds/,
    );
    const other = await queue();
    await expect(map(other.arn, { BatchSize: 11 })).rejects.toThrow(/batch window/);
    await expect(map(other.arn, { FilterCriteria: { Filters: [] } })).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});
