import { randomUUID } from 'node:crypto';
import { type Caller, serviceRoleCaller } from '../../kernel/caller.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { apiFailure } from '../interpreter/failure.ts';
import { isObject, type Json, toJson } from '../json.ts';
import type { Integration } from './integration.ts';
import { createLabelingJob } from './labeling-job.ts';
import { invokeFunction, lambdaInvoke } from './lambda.ts';

/** Whom a task's calls are made by: the machine's role, in a session named after the execution. */
export function taskCaller(roleArn: string, executionName: string): Caller {
  return serviceRoleCaller('states.amazonaws.com', roleArn, executionName.slice(0, 64));
}

/** Runs a task to its result. Throws a `StateError`. */
export async function runTask(kernel: Kernel, integration: Integration, given: Json, caller: Caller): Promise<Json> {
  switch (integration.kind) {
    case 'function':
      return invokeFunction(kernel, integration.functionArn, given, caller);
    case 'lambda-invoke':
      return lambdaInvoke(kernel, given, caller);
    case 'labeling-job':
      return createLabelingJob(kernel, given, caller);
    case 'sdk':
      return callApi(kernel, integration, given, caller);
  }
}

async function callApi(
  kernel: Kernel,
  { service, operation, errorPrefix }: Integration & { kind: 'sdk' },
  given: Json,
  caller: Caller,
): Promise<Json> {
  try {
    const { account, region, endpoint } = kernel;
    const request = { caller, account, region, endpoint, requestId: randomUUID() };
    const answer = await kernel.perform(service, operation, given, request);
    return toJson(isObject(answer) ? await withText(answer) : {});
  } catch (error) {
    if (error instanceof AwsError) throw apiFailure(errorPrefix, error);
    throw error;
  }
}

/** A streaming body as text, as Step Functions gives it. */
async function withText(answer: Record<string, unknown>): Promise<Record<string, unknown>> {
  const members = Object.entries(answer).map(async ([name, value]) => [name, await textOf(value)]);
  return Object.fromEntries(await Promise.all(members));
}

async function textOf(value: unknown): Promise<unknown> {
  if (!isObject(value) || !(Symbol.asyncIterator in value)) return value;
  const chunks: Uint8Array[] = [];
  for await (const chunk of value as unknown as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
