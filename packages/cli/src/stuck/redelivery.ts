import { randomUUID } from 'node:crypto';
import { CreateLogStreamCommand, PutLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import { type Message, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { Clients } from '../platform/clients.ts';
import { invocationRecordSchema, type Place, parsed } from './dead-letter.ts';
import { summariseEvent } from './event-summary.ts';
import { queueUrlOf } from './queue-url.ts';

type Aws = Pick<Clients, 'sqs' | 'lambda' | 'logs'>;

/** Why a dead letter can't be sent back; it stays where it is. */
export class NoWayBack extends Error {}

/**
 * Sends a dead letter back to where it came from, and to nowhere else: an event to the one target that it did not reach, an
 * invocation to its function, a message to its queue. Returns once that has acknowledged it.
 */
export async function redeliver(aws: Aws, place: Place, message: Message): Promise<void> {
  switch (place.kind) {
    case 'rule':
      return deliverToTarget(aws, place.target, message.Body ?? '');
    case 'function': {
      const { requestPayload } = invocationRecordSchema.parse(parsed(message.Body));
      return invoke(aws, place.function, JSON.stringify(requestPayload));
    }
    case 'queue': {
      const trace = message.Attributes?.AWSTraceHeader;
      await send(aws, place.queue, {
        MessageBody: message.Body,
        MessageAttributes: message.MessageAttributes,
        ...(trace && { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: trace } } }),
      });
      return;
    }
    case 'unknown':
      throw new NoWayBack(
        'nothing says where it came from; read it with the aws CLI, and delete it or send it on there',
      );
  }
}

/** As EventBridge does it, whose event the body is. */
async function deliverToTarget(aws: Aws, target: string, event: string): Promise<void> {
  const service = target.split(':')[2];
  if (service === 'lambda') return invoke(aws, target, event);
  if (service === 'sqs') return send(aws, target, { MessageBody: event });
  if (service === 'logs') return writeToLog(aws, target, event);
  throw new NoWayBack(`events are not delivered again to targets like ${target}`);
}

async function invoke({ lambda }: Aws, functionArn: string, payload: string): Promise<void> {
  await lambda.send(
    new InvokeCommand({ FunctionName: functionArn, InvocationType: 'Event', Payload: Buffer.from(payload) }),
  );
}

async function send(
  { sqs }: Aws,
  queueArn: string,
  message: Omit<ConstructorParameters<typeof SendMessageCommand>[0], 'QueueUrl'>,
): Promise<void> {
  const name = queueArn.split(':').at(-1) ?? '';
  const QueueUrl = await queueUrlOf(sqs, name);
  if (!QueueUrl) throw new NoWayBack(`the queue ${name} does not exist any more; deploy its service again`);
  await sqs.send(new SendMessageCommand({ ...message, QueueUrl }));
}

async function writeToLog({ logs }: Aws, groupArn: string, event: string): Promise<void> {
  const logGroupName = groupArn.split(':log-group:')[1]?.replace(/:\*$/, '');
  const logStreamName = `redrive/${randomUUID()}`;
  const timestamp = Date.parse(summariseEvent(parsed(event)).time ?? '') || Date.now();
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const logEvents = [{ timestamp, message: event }];
  const { rejectedLogEventsInfo } = await logs.send(
    new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }),
  );
  if (rejectedLogEventsInfo)
    throw new NoWayBack(
      `${logGroupName} takes no event of ${new Date(timestamp).toISOString()}: it is too old or expired`,
    );
}
