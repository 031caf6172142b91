import { eachEntry } from '../batches.ts';
import { changeVisibility } from '../receipts.ts';
import type { SqsOperation } from '../state.ts';

export const changeMessageVisibility: SqsOperation<'ChangeMessageVisibility'> = (input, _request, state) => {
  changeVisibility(state, state.queues.byUrl(input.QueueUrl), input.ReceiptHandle, input.VisibilityTimeout);
  return {};
};

export const changeMessageVisibilityBatch: SqsOperation<'ChangeMessageVisibilityBatch'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  return eachEntry(input.Entries, (entry) => {
    changeVisibility(state, queue, entry.ReceiptHandle, entry.VisibilityTimeout);
    return {};
  });
};
