import { randomUUID } from 'node:crypto';
import type { FunctionConfiguration, UpdateFunctionConfigurationRequest } from '@aws-sdk/client-lambda';
import { AwsError, notImplemented } from '../kernel/errors.ts';
import { reservedNames } from './environment-variables.ts';
import { LATEST, type LambdaFunction, qualifiedArn } from './functions.ts';

type Settings = Omit<UpdateFunctionConfigurationRequest, 'FunctionName'>;

/** What is not here, and isn't ignored silently either. */
const UNSUPPORTED = ['VpcConfig', 'Layers', 'FileSystemConfigs', 'ImageConfig', 'KMSKeyArn', 'SnapStart'] as const;

export const invalidParameter = (message: string) =>
  new AwsError('InvalidParameterValueException', message, { status: 400, extra: { Type: 'User' } });

/** Applies settings to a function; a new revision. @throws InvalidParameterValueException, NotImplemented */
export function withSettings(lambda: LambdaFunction, settings: Settings, now: number): LambdaFunction {
  for (const name of UNSUPPORTED) {
    const value: unknown = Object.entries(settings).find(([key]) => key === name)?.[1];
    if (value !== undefined && !isEmpty(value)) throw notImplemented(`Lambda functions with ${name}`);
  }
  if (settings.LoggingConfig?.LogFormat === 'JSON') throw notImplemented('Lambda: the JSON log format');
  const next: LambdaFunction = {
    ...lambda,
    description: settings.Description ?? lambda.description,
    runtime: settings.Runtime ?? lambda.runtime,
    handler: settings.Handler ?? lambda.handler,
    role: settings.Role ?? lambda.role,
    memorySize: settings.MemorySize ?? lambda.memorySize,
    timeout: settings.Timeout ?? lambda.timeout,
    environment: settings.Environment ? { ...settings.Environment.Variables } : lambda.environment,
    ephemeralStorage: settings.EphemeralStorage?.Size ?? lambda.ephemeralStorage,
    tracing: settings.TracingConfig?.Mode ?? lambda.tracing,
    logGroup: settings.LoggingConfig?.LogGroup ?? lambda.logGroup,
    deadLetterArn: settings.DeadLetterConfig ? settings.DeadLetterConfig.TargetArn || undefined : lambda.deadLetterArn,
    ...touched(lambda, now),
  };
  check(next);
  return next;
}

/** A new revision is always newer than the last: deployments compare times. */
export function touched(lambda: LambdaFunction, now: number): Pick<LambdaFunction, 'lastModified' | 'revisionId'> {
  return { lastModified: Math.max(now, lambda.lastModified + 1), revisionId: randomUUID() };
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === 'object' && value !== null)
    return Object.values(value).every((item) => item === undefined || isEmpty(item));
  return value === null || value === '';
}

function check(lambda: LambdaFunction): void {
  if (!/^nodejs\d+\.x$/.test(lambda.runtime)) throw notImplemented(`The Lambda runtime ${lambda.runtime || '(none)'}`);
  if (!/^[^\s.]+\.[^\s]+$/.test(lambda.handler))
    throw invalidParameter(`The handler ${JSON.stringify(lambda.handler)} must be <file>.<export>.`);
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+/.test(lambda.role))
    throw invalidParameter(`The role ${JSON.stringify(lambda.role)} is not the ARN of a role.`);
  if (lambda.memorySize < 128 || lambda.memorySize > 10_240)
    throw invalidParameter(
      `'MemorySize' value failed to satisfy constraint: Member must have value between 128 and 10240`,
    );
  if (lambda.timeout < 1 || lambda.timeout > 900)
    throw invalidParameter(`'Timeout' value failed to satisfy constraint: Member must have value between 1 and 900`);
  const reserved = reservedNames(lambda.environment);
  if (reserved.length > 0)
    throw invalidParameter(
      `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    );
  if (lambda.deadLetterArn && !lambda.deadLetterArn.includes(':sqs:'))
    throw notImplemented('Lambda dead-letter targets other than SQS queues');
}

/** As Lambda writes times: `2026-03-04T08:15:30.123+0000`. */
const modified = (milliseconds: number): string => new Date(milliseconds).toISOString().replace('Z', '+0000');

/** A function's configuration as the API shows it. */
export function toWire(lambda: LambdaFunction, { qualified = lambda.version !== LATEST } = {}): FunctionConfiguration {
  return {
    FunctionName: lambda.name,
    FunctionArn: qualified ? qualifiedArn(lambda) : lambda.arn,
    // The runtime was checked to be one of Node.js.
    Runtime: lambda.runtime as FunctionConfiguration['Runtime'],
    Role: lambda.role,
    Handler: lambda.handler,
    CodeSize: lambda.codeSize,
    Description: lambda.description,
    Timeout: lambda.timeout,
    MemorySize: lambda.memorySize,
    LastModified: modified(lambda.lastModified),
    CodeSha256: Buffer.from(lambda.codeDigest, 'hex').toString('base64'),
    Version: lambda.version,
    ...(Object.keys(lambda.environment).length > 0 && { Environment: { Variables: lambda.environment } }),
    ...(lambda.deadLetterArn && { DeadLetterConfig: { TargetArn: lambda.deadLetterArn } }),
    TracingConfig: { Mode: lambda.tracing },
    RevisionId: lambda.revisionId,
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: [lambda.architecture],
    EphemeralStorage: { Size: lambda.ephemeralStorage },
    LoggingConfig: { LogFormat: 'Text', LogGroup: lambda.logGroup },
  };
}
