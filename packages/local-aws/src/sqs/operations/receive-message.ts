import { AwsError } from '../../kernel/errors.ts';
import { numberOf } from '../queues.ts';
import { receive } from '../receiving.ts';
import type { SqsOperation } from '../state.ts';

export const receiveMessage: SqsOperation<'ReceiveMessage'> = async (input, request, state) => {
  const queue = state.queues.byUrl(input.QueueUrl);
  const count = within(input.MaxNumberOfMessages ?? 1, 'MaxNumberOfMessages', 1, 10);
  const { VisibilityTimeout } = input;
  const visibility =
    VisibilityTimeout === undefined ? undefined : within(VisibilityTimeout, 'VisibilityTimeout', 0, 43_200) * 1000;
  const wait = within(
    input.WaitTimeSeconds ?? numberOf(queue, 'ReceiveMessageWaitTimeSeconds'),
    'WaitTimeSeconds',
    0,
    20,
  );
  const left = new AbortController();
  const leave = () => left.abort();
  const socket = request.http?.message.socket;
  socket?.once('close', leave);
  try {
    const Messages = await receive(state, queue, {
      count,
      visibility,
      wait: wait * 1000,
      attributeNames: input.MessageAttributeNames ?? [],
      systemAttributeNames: [...(input.MessageSystemAttributeNames ?? []), ...(input.AttributeNames ?? [])],
      signal: left.signal,
    });
    return Messages.length > 0 ? { Messages } : {};
  } finally {
    socket?.off('close', leave);
  }
};

function within(value: number, name: string, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new AwsError(
    'InvalidParameterValue',
    `Value ${value} for parameter ${name} is invalid. Reason: Must be between ${least} and ${most}, if provided.`,
  );
}
