import { checkedAttributes } from '../queue-attributes.ts';
import { checkRedrivePolicy } from '../redrive-policy.ts';
import type { SqsOperation } from '../state.ts';

export const setQueueAttributes: SqsOperation<'SetQueueAttributes'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  const attributes = checkedAttributes(input.Attributes ?? {});
  checkRedrivePolicy(state, attributes, queue.arn);
  state.queues.put({
    ...queue,
    attributes: { ...queue.attributes, ...attributes },
    modifiedAt: state.kernel.clock.now(),
  });
  state.arrivals.announce(queue.name);
  return {};
};
