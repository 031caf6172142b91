import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  ListQueueTagsCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

describe('SQS queues', () => {
  let aws: TestAws;
  let sqs: SQSClient;

  beforeAll(async () => {
    aws = await startAws();
    sqs = aws.client(SQSClient);
  });
  afterAll(() => aws.close());

  it('makes a queue once, and again only with the same attributes', async () => {
    const make = (VisibilityTimeout: string) =>
      sqs.send(
        new CreateQueueCommand({ QueueName: 'once', Attributes: { VisibilityTimeout }, tags: { team: 'line' } }),
      );
    const { QueueUrl } = await make('45');
    expect(QueueUrl).toBe(`${aws.endpoint}/000000000000/once`);
    expect((await make('45')).QueueUrl).toBe(QueueUrl);
    await expect(make('46')).rejects.toMatchObject({
      name: 'QueueNameExists',
      message: 'A queue already exists with the same name and a different value for attribute VisibilityTimeout',
    });
    expect((await sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags).toEqual({ team: 'line' });
  });

  it('finds a queue by name and by URL, and says when there is none', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'found' }));
    expect((await sqs.send(new GetQueueUrlCommand({ QueueName: 'found' }))).QueueUrl).toBe(QueueUrl);
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName: 'absent' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
    await expect(
      sqs.send(new SendMessageCommand({ QueueUrl: `${aws.endpoint}/000000000000/absent`, MessageBody: 'x' })),
    ).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
  });

  it('says every attribute with its default, and changes what is set', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'attributes' }));
    const all = async () =>
      (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
    expect(await all()).toMatchObject({
      QueueArn: 'arn:aws:sqs:eu-west-1:000000000000:attributes',
      VisibilityTimeout: '30',
      MaximumMessageSize: '1048576',
      MessageRetentionPeriod: '345600',
      SqsManagedSseEnabled: 'true',
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { VisibilityTimeout: '90' } }));
    expect((await all())?.VisibilityTimeout).toBe('90');
  });

  it('refuses attributes that it does not know or that are out of range', async () => {
    const make = (Attributes: Record<string, string>) =>
      sqs.send(new CreateQueueCommand({ QueueName: 'refused', Attributes }));
    await expect(make({ Colour: 'red' })).rejects.toMatchObject({ name: 'InvalidAttributeName' });
    await expect(make({ VisibilityTimeout: '43201' })).rejects.toMatchObject({ name: 'InvalidAttributeValue' });
    await expect(make({ FifoQueue: 'true' })).rejects.toMatchObject({ name: 'NotImplemented' });
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:eu-west-1:000000000000:no',
      maxReceiveCount: 3,
    });
    await expect(make({ RedrivePolicy })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('lists queues by prefix, page by page', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) await sqs.send(new CreateQueueCommand({ QueueName: name }));
    const first = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'page-', MaxResults: 2 }));
    expect(first.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['page-a', 'page-b']);
    const { NextToken } = first;
    const second = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'page-', MaxResults: 2, NextToken }));
    expect(second.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['page-c']);
    expect(second.NextToken).toBeUndefined();
  });

  it('purges a queue, but not twice within a minute; a deleted queue comes back empty', async () => {
    const make = () => sqs.send(new CreateQueueCommand({ QueueName: 'purged' }));
    const { QueueUrl } = await make();
    const count = async () =>
      (await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] })))
        .Attributes?.ApproximateNumberOfMessages;
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    expect(await count()).toBe('1');
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await count()).toBe('0');
    await expect(sqs.send(new PurgeQueueCommand({ QueueUrl }))).rejects.toMatchObject({ name: 'PurgeQueueInProgress' });
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    await make();
    expect(await count()).toBe('0');
  });
});
