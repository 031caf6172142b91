import { AwsError } from '../../kernel/errors.ts';
import { checkDeadLetterTarget } from '../dead-letter-target.ts';
import { checkedAttributes, effectiveAttributes } from '../queue-attributes.ts';
import { queueUrl } from '../queues.ts';
import type { SqsOperation } from '../state.ts';

export const createQueue: SqsOperation<'CreateQueue'> = (input, request, state) => {
  const name = input.QueueName ?? '';
  if (!/^[A-Za-z0-9_-]{1,80}(\.fifo)?$/.test(name))
    throw new AwsError(
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  const attributes = checkedAttributes({ ...input.Attributes, ...(name.endsWith('.fifo') && { FifoQueue: 'true' }) });
  const QueueUrl = queueUrl(request.endpoint, request.account, name);
  const existing = state.queues.find(name);
  if (existing) {
    const current = effectiveAttributes(existing.attributes);
    const different = Object.keys(attributes).find((attribute) => attributes[attribute] !== current[attribute]);
    if (different)
      throw new AwsError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${different}`,
      );
    return { QueueUrl };
  }
  const arn = state.kernel.arn('sqs', name);
  checkDeadLetterTarget(state, attributes, arn);
  const now = state.kernel.clock.now();
  state.queues.put({ name, arn, attributes, tags: input.tags ?? {}, createdAt: now, modifiedAt: now });
  return { QueueUrl };
};
