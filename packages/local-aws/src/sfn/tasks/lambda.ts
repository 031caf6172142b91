import type { Caller } from '../../kernel/caller.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { apiFailure, StateError } from '../interpreter/failure.ts';
import { isObject, type Json, toJson } from '../json.ts';

/** A function's ARN as resource: its event in, what it returns out. */
export async function invokeFunction(kernel: Kernel, functionArn: string, event: Json, caller: Caller): Promise<Json> {
  return (await invoke(kernel, { FunctionName: functionArn, Payload: event }, caller)).payload;
}

/** `lambda:invoke`: the API's parameters in, its answer out with the payload as JSON. */
export async function lambdaInvoke(kernel: Kernel, given: Json, caller: Caller): Promise<Json> {
  if (!isObject(given) || typeof given.FunctionName !== 'string')
    throw new StateError('States.Runtime', "The arguments of 'lambda:invoke' need a FunctionName.");
  const { payload, ...answer } = await invoke(kernel, { ...given, FunctionName: given.FunctionName }, caller);
  return { ...answer, Payload: payload };
}

interface Invocation {
  FunctionName: string;
  Payload?: unknown;
  InvocationType?: unknown;
  Qualifier?: unknown;
}

async function invoke(kernel: Kernel, given: Invocation, caller: Caller) {
  const { FunctionName, Qualifier, InvocationType } = given;
  let answer: Awaited<ReturnType<typeof send>>;
  const send = () =>
    kernel.call(
      'lambda',
      'Invoke',
      {
        FunctionName,
        ...(typeof Qualifier === 'string' && { Qualifier }),
        InvocationType: InvocationType === 'Event' || InvocationType === 'DryRun' ? InvocationType : 'RequestResponse',
        Payload: Buffer.from(JSON.stringify(given.Payload ?? {})),
      },
      caller,
    );
  try {
    answer = await send();
  } catch (error) {
    if (error instanceof AwsError) throw apiFailure('Lambda', error);
    throw error;
  }
  const text = Buffer.from(answer.Payload ?? '').toString('utf8');
  const payload = parse(text);
  if (answer.FunctionError !== undefined) {
    const type = isObject(payload) && typeof payload.errorType === 'string' ? payload.errorType : 'Lambda.Unknown';
    throw new StateError(type, text);
  }
  return { ExecutedVersion: answer.ExecutedVersion ?? '$LATEST', StatusCode: answer.StatusCode ?? 200, payload };
}

function parse(text: string): Json {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    // A function that streams may return what isn't JSON: then its text is the result.
    return toJson(text);
  }
}
