import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../packages/local-aws/test/harness.ts';
import { hasDeadLetters } from './dead-letters.ts';

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.close());

it('knows of a dead letter, also while somebody reads it', async () => {
  const sqs = aws.client(SQSClient);
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: 'dlq' }));
  await expect(hasDeadLetters(sqs, QueueUrl)).resolves.toBe(false);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'a decision' }));
  await expect(hasDeadLetters(sqs, QueueUrl)).resolves.toBe(true);
  await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
  await expect(hasDeadLetters(sqs, QueueUrl)).resolves.toBe(true);
});
