import { AwsError } from '../kernel/errors.ts';
import { parseReceiptHandle, type ReceiptHandle } from './messages.ts';
import type { Queue } from './queues.ts';
import type { SqsState } from './state.ts';

function heldBy(queue: Queue, handle: string | undefined): ReceiptHandle {
  if (!handle) throw new AwsError('MissingParameter', 'The request must contain the parameter ReceiptHandle.');
  const parsed = parseReceiptHandle(queue.name, handle);
  if (!parsed)
    throw new AwsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  return parsed;
}

/** Deletes what the handle holds. An outdated handle deletes nothing and is no error ("DeleteMessage"). */
export function deleteHeld(state: SqsState, queue: Queue, handle: string | undefined): void {
  state.messages.delete(queue.name, heldBy(queue, handle));
}

/** @throws MessageNotInflight, InvalidParameterValue when the handle holds nothing any more. */
export function changeVisibility(
  state: SqsState,
  queue: Queue,
  handle: string | undefined,
  seconds: number | undefined,
): void {
  const held = heldBy(queue, handle);
  if (seconds === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter VisibilityTimeout.');
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 43_200)
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${seconds} for parameter VisibilityTimeout is invalid. Reason: VisibilityTimeout must be an integer between 0 and 43200.`,
    );
  const now = state.kernel.clock.now();
  const until = state.messages.heldUntil(queue.name, held);
  if (until === undefined)
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${handle} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.`,
    );
  if (until <= now) throw new AwsError('MessageNotInflight', 'The specified message is not in flight.');
  state.messages.changeVisibility(queue.name, held, now + seconds * 1000);
  state.arrivals.announce(queue.name);
}
