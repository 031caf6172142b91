import { queueDoesNotExist, queueUrl } from '../queues.ts';
import type { SqsOperation } from '../state.ts';

export const getQueueUrl: SqsOperation<'GetQueueUrl'> = (input, request, state) => {
  const foreign = input.QueueOwnerAWSAccountId !== undefined && input.QueueOwnerAWSAccountId !== request.account;
  const queue = foreign ? undefined : state.queues.find(input.QueueName ?? '');
  if (!queue) throw queueDoesNotExist();
  return { QueueUrl: queueUrl(request.endpoint, request.account, queue.name) };
};
