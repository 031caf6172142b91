import { randomUUID } from 'node:crypto';
import type { Caller } from '../../kernel/caller.ts';
import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { invalidParameter } from '../configuration.ts';
import { type Mapping, toWire, withSettings } from '../event-sources/mappings.ts';
import { functionCaller, functionReference, type LambdaFunction, qualifiedArn } from '../functions.ts';
import type { LambdaOperation, LambdaState } from '../state.ts';

const SUPPORTED = new Set([
  ...['EventSourceArn', 'FunctionName', 'Enabled', 'BatchSize', 'MaximumBatchingWindowInSeconds'],
  ...['ScalingConfig', 'FunctionResponseTypes'],
]);

export const createEventSourceMapping: LambdaOperation<'CreateEventSourceMapping'> = async (input, _request, state) => {
  for (const [name, value] of Object.entries(input))
    if (value !== undefined && !SUPPORTED.has(name)) throw notImplemented(`Lambda event source mappings with ${name}`);
  const queueArn = input.EventSourceArn ?? '';
  if (!/^arn:[^:]+:sqs:/.test(queueArn)) throw notImplemented('Lambda event sources other than SQS queues');
  const lambda = state.functions.get(input.FunctionName);
  const { qualifier } = functionReference(input.FunctionName);
  const functionArn = qualifier ? qualifiedArn(lambda) : lambda.arn;
  await checkQueue(state, queueArn, lambda, functionCaller(lambda));
  const twin = state.mappings
    .list()
    .find(({ value }) => value.queueArn === queueArn && value.functionArn === functionArn)?.value;
  if (twin)
    throw new AwsError(
      'ResourceConflictException',
      `An event source mapping with SQS arn (" ${queueArn} ") and function (" ${lambda.name} ") already exists. Please update or delete the existing mapping with UUID ${twin.uuid}`,
      { extra: { Type: 'User' } },
    );
  const blank: Mapping = {
    uuid: randomUUID(),
    queueArn,
    functionName: lambda.name,
    functionArn,
    enabled: true,
    batchSize: 10,
    window: 0,
    reportsFailures: false,
    lastModified: state.kernel.clock.now(),
  };
  const mapping = withSettings(blank, input);
  state.mappings.put(mapping.uuid, mapping);
  state.pollers.apply(mapping);
  return toWire(mapping);
};

/** The queue has to be there, and to hide messages at least as long as the function may run. */
async function checkQueue(state: LambdaState, arn: string, lambda: LambdaFunction, caller: Caller): Promise<void> {
  const { kernel } = state;
  const QueueUrl = `${kernel.endpoint}/${kernel.account}/${arn.split(':').at(-1)}`;
  try {
    const { Attributes } = await kernel.call(
      'sqs',
      'GetQueueAttributes',
      { QueueUrl, AttributeNames: ['VisibilityTimeout'] },
      caller,
    );
    const visibility = Number(Attributes?.VisibilityTimeout);
    if (visibility < lambda.timeout)
      throw invalidParameter(
        `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${lambda.timeout} seconds`,
      );
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'InvalidParameterValueException') throw error;
    throw invalidParameter(
      `Error occurred while ReceiveMessage. SQS Error Code: ${error.code}. SQS Error Message: ${error.message}`,
    );
  }
}
