import type { DestinationConfig, FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import { AwsError, notImplemented } from '../../kernel/errors.ts';
import { invalidParameter } from '../configuration.ts';
import { qualifiedArn } from '../functions.ts';
import { configurationKey, type InvokeConfiguration } from '../invoke-configuration.ts';
import type { LambdaOperation } from '../state.ts';

export const putFunctionEventInvokeConfig: LambdaOperation<'PutFunctionEventInvokeConfig'> = (input, _, state) => {
  const lambda = state.functions.get(input.FunctionName, input.Qualifier);
  const { MaximumRetryAttempts: retries, MaximumEventAgeInSeconds: age } = input;
  if (retries !== undefined && (retries < 0 || retries > 2))
    throw invalidParameter('MaximumRetryAttempts must be between 0 and 2.');
  if (age !== undefined && (age < 60 || age > 21_600))
    throw invalidParameter('MaximumEventAgeInSeconds must be between 60 and 21600.');
  const configuration: InvokeConfiguration = {
    functionArn: qualifiedArn(lambda),
    maximumRetryAttempts: retries,
    maximumEventAge: age,
    ...destinations(input.DestinationConfig),
    lastModified: state.kernel.clock.now(),
  };
  state.configurations.put(configurationKey(lambda.name, lambda.version), configuration);
  return toWire(configuration);
};

export const getFunctionEventInvokeConfig: LambdaOperation<'GetFunctionEventInvokeConfig'> = (input, _, state) => {
  const lambda = state.functions.get(input.FunctionName, input.Qualifier);
  const configuration = state.configurations.get(configurationKey(lambda.name, lambda.version));
  if (!configuration) throw notConfigured(qualifiedArn(lambda));
  return toWire(configuration);
};

export const deleteFunctionEventInvokeConfig: LambdaOperation<'DeleteFunctionEventInvokeConfig'> = (
  input,
  _,
  state,
) => {
  const lambda = state.functions.get(input.FunctionName, input.Qualifier);
  if (!state.configurations.delete(configurationKey(lambda.name, lambda.version)))
    throw notConfigured(qualifiedArn(lambda));
  return {};
};

const notConfigured = (arn: string) =>
  new AwsError('ResourceNotFoundException', `The function ${arn} doesn't have an EventInvokeConfig`, {
    status: 404,
    extra: { Type: 'User' },
  });

function destinations(config: DestinationConfig | undefined): Pick<InvokeConfiguration, 'onSuccess' | 'onFailure'> {
  const onSuccess = config?.OnSuccess?.Destination;
  const onFailure = config?.OnFailure?.Destination;
  for (const arn of [onSuccess, onFailure])
    if (arn && !/^arn:[^:]+:sqs:/.test(arn)) throw notImplemented(`Lambda destinations other than SQS queues (${arn})`);
  return { onSuccess, onFailure };
}

function toWire(configuration: InvokeConfiguration): FunctionEventInvokeConfig {
  const { onSuccess, onFailure } = configuration;
  return {
    FunctionArn: configuration.functionArn,
    LastModified: new Date(configuration.lastModified),
    MaximumRetryAttempts: configuration.maximumRetryAttempts,
    MaximumEventAgeInSeconds: configuration.maximumEventAge,
    DestinationConfig: {
      OnSuccess: onSuccess ? { Destination: onSuccess } : {},
      OnFailure: onFailure ? { Destination: onFailure } : {},
    },
  };
}
