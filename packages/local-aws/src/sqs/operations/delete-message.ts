import { eachEntry } from '../batches.ts';
import { deleteHeld } from '../receipts.ts';
import type { SqsOperation } from '../state.ts';

export const deleteMessage: SqsOperation<'DeleteMessage'> = (input, _request, state) => {
  deleteHeld(state, state.queues.byUrl(input.QueueUrl), input.ReceiptHandle);
  return {};
};

export const deleteMessageBatch: SqsOperation<'DeleteMessageBatch'> = (input, _request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  return eachEntry(input.Entries, (entry) => {
    deleteHeld(state, queue, entry.ReceiptHandle);
    return {};
  });
};
