import { Uint8ArrayBlobAdapter } from '@smithy/core/serde';
import { AwsError } from '../../kernel/errors.ts';
import { invalidParameter } from '../configuration.ts';
import type { LambdaOperation } from '../state.ts';

const LARGEST_SYNCHRONOUS = 6_291_456;
const LARGEST_ASYNCHRONOUS = 1_048_576;

export const invoke: LambdaOperation<'Invoke'> = async (input, request, state) => {
  const lambda = state.functions.get(input.FunctionName, input.Qualifier);
  const type = input.InvocationType ?? 'RequestResponse';
  const payload = textOf(input.Payload);
  const largest = type === 'Event' ? LARGEST_ASYNCHRONOUS : LARGEST_SYNCHRONOUS;
  if (Buffer.byteLength(payload) > largest)
    throw new AwsError(
      'RequestTooLargeException',
      `Request must be smaller than ${largest} bytes for the InvokeFunction operation`,
      {
        status: 413,
        extra: { Type: 'User' },
      },
    );
  if (type === 'DryRun') return { StatusCode: 204 };
  if (type === 'Event') {
    state.asynchronous.queue(lambda, request.requestId, payload);
    return { StatusCode: 202 };
  }
  if (type !== 'RequestResponse') throw invalidParameter(`The invocation type ${type} is none that Lambda has.`);
  const { requestId } = request;
  const clientContext = input.ClientContext;
  const result = await state.pool.run(lambda, { requestId, payload, clientContext }, { throttled: true });
  return {
    StatusCode: 200,
    ExecutedVersion: lambda.version,
    Payload: Uint8ArrayBlobAdapter.fromString(result.payload),
    ...(result.failed && { FunctionError: 'Unhandled' }),
    ...(input.LogType === 'Tail' && { LogResult: Buffer.from(result.logTail).toString('base64') }),
  };
};

/** An invocation's payload: JSON; an empty object when there is none. */
function textOf(payload: unknown): string {
  // The gateway hands bytes; a service in this process may give a text.
  const text = payload instanceof Uint8Array ? Buffer.from(payload).toString() : String(payload ?? '');
  if (text.trim() === '') return '{}';
  try {
    JSON.parse(text);
    return text;
  } catch (error) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${error instanceof Error ? error.message : error}`,
      { status: 400, extra: { Type: 'User' }, cause: error },
    );
  }
}
