import { queueUrl } from '../queues.ts';
import type { SqsOperation } from '../state.ts';

export const listDeadLetterSourceQueues: SqsOperation<'ListDeadLetterSourceQueues'> = (input, request, state) => {
  const sources = state.queues.sourcesOf(state.queues.byUrl(input.QueueUrl));
  return { queueUrls: sources.map(({ name }) => queueUrl(request.endpoint, request.account, name)) };
};
