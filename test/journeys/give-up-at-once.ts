import {
  GetFunctionEventInvokeConfigCommand,
  type LambdaClient,
  PutFunctionEventInvokeConfigCommand,
} from '@aws-sdk/client-lambda';

/**
 * Lets an event that a function failed on be a dead letter at once, instead of after two more times: how often it is tried
 * before, and when, is what `stuck.test.ts` shows.
 */
export async function giveUpAtOnce(lambda: LambdaClient, FunctionName: string): Promise<void> {
  const { DestinationConfig } = await lambda.send(new GetFunctionEventInvokeConfigCommand({ FunctionName }));
  const once = { FunctionName, DestinationConfig, MaximumRetryAttempts: 0 };
  await lambda.send(new PutFunctionEventInvokeConfigCommand(once));
}
