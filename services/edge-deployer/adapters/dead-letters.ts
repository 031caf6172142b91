import { GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

/** Whether anything lies in the dead-letter queue, also when somebody reads it just now: then its alarm is raised. */
export async function hasDeadLetters(sqs: Pick<SQSClient, 'send'>, QueueUrl: string): Promise<boolean> {
  const { Attributes = {} } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
    }),
  );
  return Object.values(Attributes).some((count) => Number(count) > 0);
}
