import { AwsError } from '../../kernel/errors.ts';
import { effectiveAttributes, settings } from '../queue-attributes.ts';
import { numberOf } from '../queues.ts';
import type { SqsOperation } from '../state.ts';

export const getQueueAttributes: SqsOperation<'GetQueueAttributes'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  const now = state.kernel.clock.now();
  state.messages.expire(queue.name, now - numberOf(queue, 'MessageRetentionPeriod') * 1000);
  const names: string[] = input.AttributeNames ?? [];
  const counted = names.some((name) => name === 'All' || name.startsWith('ApproximateNumber'));
  const counts = counted ? state.messages.counts(queue.name, now) : { visible: 0, inFlight: 0, delayed: 0 };
  const all: Record<string, string> = {
    ...effectiveAttributes(queue.attributes),
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
  };
  if (names.includes('All')) return { Attributes: all };
  const Attributes: Record<string, string> = {};
  for (const name of names) {
    const value = all[name];
    if (value !== undefined) Attributes[name] = value;
    else if (!Object.hasOwn(settings, name)) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  return Object.keys(Attributes).length > 0 ? { Attributes } : {};
};
