import type { SqsOperation } from '../state.ts';

export const deleteQueue: SqsOperation<'DeleteQueue'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  state.messages.deleteAll(queue.name);
  state.queues.delete(queue.name);
  state.arrivals.announce(queue.name);
  return {};
};
