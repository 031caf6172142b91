import { checkDeadLetterTarget } from '../dead-letter-target.ts';
import { checkedAttributes } from '../queue-attributes.ts';
import type { SqsOperation } from '../state.ts';

export const setQueueAttributes: SqsOperation<'SetQueueAttributes'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  const attributes = checkedAttributes(input.Attributes ?? {});
  checkDeadLetterTarget(state, attributes, queue.arn);
  state.queues.put({
    ...queue,
    attributes: { ...queue.attributes, ...attributes },
    modifiedAt: state.kernel.clock.now(),
  });
  state.arrivals.announce(queue.name);
  return {};
};
