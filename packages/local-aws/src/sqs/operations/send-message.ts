import { send } from '../sending.ts';
import type { SqsOperation } from '../state.ts';

export const sendMessage: SqsOperation<'SendMessage'> = (input, request, state) =>
  send(state, state.queues.byUrl(input.QueueUrl), input, request.caller.arn);
