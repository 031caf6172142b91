import { AwsError } from '../../kernel/errors.ts';
import type { SqsOperation } from '../state.ts';

export const purgeQueue: SqsOperation<'PurgeQueue'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  const now = state.kernel.clock.now();
  if (queue.purgedAt !== undefined && now - queue.purgedAt < 60_000)
    throw new AwsError(
      'PurgeQueueInProgress',
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
    );
  state.messages.deleteAll(queue.name);
  state.queues.put({ ...queue, purgedAt: now });
  return {};
};
