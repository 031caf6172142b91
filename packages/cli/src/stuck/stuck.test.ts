import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '@assay/events';
import { sampleEvent } from '@assay/events/testing';
import { type LocalAws, startLocalAws } from '@assay/local-aws';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { names } from '../names.ts';
import { type Clients, clientsOf } from '../platform/clients.ts';
import { lookForStuck, redriveStuck } from './stuck.ts';

const named = names('local', '000000000000');
const arnOf = (queue: string) => `arn:aws:sqs:eu-west-1:000000000000:${queue}`;
const text = (StringValue: string) => ({ DataType: 'String', StringValue });
const dataDir = mkdtempSync(join(tmpdir(), 'stuck-'));
let aws: LocalAws;
let clients: Clients;

beforeAll(async () => {
  aws = await startLocalAws({ dataDir });
  const { endpoint, region, account, administrator: credentials } = aws;
  clients = clientsOf({ stage: 'local', endpoint, region, account, credentials });
});
afterAll(async () => {
  await aws.close();
  rmSync(dataDir, { recursive: true, force: true });
});

async function queue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await clients.sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
}

async function receive(QueueUrl: string) {
  const query = { QueueUrl, MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
  return (await clients.sqs.send(new ReceiveMessageCommand(query))).Messages ?? [];
}

async function count(QueueUrl: string): Promise<number> {
  const AttributeNames = ['ApproximateNumberOfMessages' as const];
  const { Attributes } = await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
  return Number(Attributes?.ApproximateNumberOfMessages);
}

/** A dead letter as EventBridge leaves it. */
function undelivered(QueueUrl: string, target: string, correlationId: string) {
  const event = sampleEvent(catalogue.LabelsStored, { metadata: { correlationId } });
  return clients.sqs.send(
    new SendMessageCommand({
      QueueUrl,
      MessageBody: JSON.stringify(event),
      MessageAttributes: {
        RULE_ARN: text('arn:aws:events:eu-west-1:000000000000:rule/assay-local/some-rule'),
        TARGET_ARN: text(target),
        ERROR_CODE: text('NO_RESOURCE'),
        ERROR_MESSAGE: text('It was not there.'),
        RETRY_ATTEMPTS: text('0'),
      },
    }),
  );
}

test('looks through more than one page, says how many there are, and leaves all of them visible', async () => {
  const deadLetters = await queue(named.deadLetters('training'));
  for (let i = 0; i < 25; i++) await undelivered(deadLetters, arnOf('nowhere'), `story-${i}`);
  const held = await receive(deadLetters);
  const { queues, letters } = await lookForStuck(clients, named, ['training', 'edge-deployer']);
  expect(queues).toEqual([
    { service: 'training', queue: named.deadLetters('training'), waiting: 25, seen: 25 - held.length },
  ]);
  expect(new Set(letters.map(({ messageId }) => messageId)).size).toBe(25 - held.length);
  expect(await count(deadLetters)).toBe(25 - held.length);
});

test('delivers an event again to the target that it did not reach, as it was, and deletes it then', async () => {
  const deadLetters = await queue(named.deadLetters('label-store'));
  const target = await queue('the-target');
  await undelivered(deadLetters, arnOf('the-target'), 'story-1');
  await undelivered(deadLetters, arnOf('gone'), 'story-2');
  const options = { services: ['label-store'], messages: [], progress: () => undefined };
  const { redriven, failed } = await redriveStuck(clients, named, options);
  expect(redriven).toMatchObject([{ event: { correlationId: 'story-1' } }]);
  expect(failed).toMatchObject([
    { event: { correlationId: 'story-2' }, error: expect.stringContaining('does not exist') },
  ]);
  const [delivered, ...others] = await receive(target);
  expect(others).toEqual([]);
  expect(JSON.parse(delivered?.Body ?? '')).toEqual(
    sampleEvent(catalogue.LabelsStored, { metadata: { correlationId: 'story-1' } }),
  );
  expect(delivered?.MessageAttributes).toBeUndefined();
  expect(await count(deadLetters)).toBe(1);
});

test('puts a message back into the queue that gave it up; those that were not asked for stay', async () => {
  const deadLetters = await queue(named.deadLetters('image-intake'));
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: arnOf(named.deadLetters('image-intake')),
    maxReceiveCount: 1,
  });
  const uploads = await queue('uploads', { RedrivePolicy, VisibilityTimeout: '0' });
  for (const body of ['first', 'second'])
    await clients.sqs.send(
      new SendMessageCommand({ QueueUrl: uploads, MessageBody: body, MessageAttributes: { kind: text(body) } }),
    );
  while ((await count(deadLetters)) < 2) await receive(uploads);
  const { letters } = await lookForStuck(clients, named, ['image-intake']);
  const [one, other] = letters;
  expect(one).toMatchObject({ place: { kind: 'queue', queue: arnOf('uploads') }, attempts: 1 });
  const messages = [one?.messageId.slice(0, 13) ?? ''];
  const { redriven } = await redriveStuck(clients, named, {
    services: ['image-intake'],
    messages,
    progress: () => undefined,
  });
  expect(redriven.map(({ messageId }) => messageId)).toEqual([one?.messageId]);
  const [back] = await receive(uploads);
  expect(back?.MessageAttributes?.kind?.StringValue).toBe(back?.Body);
  const after = await lookForStuck(clients, named, ['image-intake']);
  expect(after.letters.map(({ messageId }) => messageId)).toEqual([other?.messageId]);
});

test('shows what came of a queue that is gone, and leaves it where it is', async () => {
  const deadLetters = await queue(named.deadLetters('labeling'));
  const deadLetterTargetArn = arnOf(named.deadLetters('labeling'));
  const QueueUrl = await queue('gone-soon', {
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 }),
    VisibilityTimeout: '0',
  });
  await clients.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  while ((await count(deadLetters)) < 1) await receive(QueueUrl);
  await clients.sqs.send(new DeleteQueueCommand({ QueueUrl }));
  const { letters } = await lookForStuck(clients, named, ['labeling']);
  expect(letters).toMatchObject([{ place: { kind: 'queue' }, reason: { code: 'NotProcessed' } }]);
  const options = { services: ['labeling'], messages: [], progress: () => undefined };
  const { redriven, failed } = await redriveStuck(clients, named, options);
  expect(redriven).toEqual([]);
  expect(failed).toMatchObject([{ error: expect.stringContaining('gone-soon does not exist any more') }]);
  expect(await count(deadLetters)).toBe(1);
});
