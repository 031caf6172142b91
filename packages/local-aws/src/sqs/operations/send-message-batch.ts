import { AwsError } from '../../kernel/errors.ts';
import { eachEntry } from '../batches.ts';
import { draftBytes, send } from '../sending.ts';
import type { SqsOperation } from '../state.ts';

/** "The maximum allowed individual message size and the maximum total payload size … are both 1 MiB". */
const LONGEST_BATCH = 1_048_576;

export const sendMessageBatch: SqsOperation<'SendMessageBatch'> = (input, request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  const bytes = (input.Entries ?? []).reduce((sum, entry) => sum + draftBytes(entry), 0);
  if (bytes > LONGEST_BATCH)
    throw new AwsError(
      'BatchRequestTooLong',
      `Batch requests cannot be longer than ${LONGEST_BATCH} bytes. You have sent ${bytes} bytes.`,
    );
  return eachEntry(input.Entries, (entry) => send(state, queue, entry, request.caller.arn));
};
