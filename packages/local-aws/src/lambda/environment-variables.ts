import { join } from 'node:path';
import type { Kernel } from '../kernel/kernel.ts';
import { functionCaller, type LambdaFunction } from './functions.ts';

/** Credentials outlive the environment: it is renewed before they end. */
export const CREDENTIAL_SECONDS = 12 * 3600;

/** "Defined runtime environment variables", plus what makes SDKs call this endpoint. */
export function environmentVariables(
  kernel: Kernel,
  lambda: LambdaFunction,
  where: { taskRoot: string; temporary: string; runtimeApi: string; logStream: string },
): Record<string, string> {
  const credentials = kernel.credentials.issue(functionCaller(lambda), CREDENTIAL_SECONDS);
  return {
    PATH: process.env.PATH ?? '',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    TMPDIR: where.temporary,
    HOME: where.temporary,
    NODE_PATH: join(where.taskRoot, 'node_modules'),
    AWS_ENDPOINT_URL: kernel.endpoint,
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: '127.0.0.1:2000',
    // A function may set all of the above itself, and none of the below (`reservedNames`).
    ...lambda.environment,
    _HANDLER: lambda.handler,
    LAMBDA_TASK_ROOT: where.taskRoot,
    LAMBDA_RUNTIME_DIR: import.meta.dirname,
    AWS_LAMBDA_RUNTIME_API: where.runtimeApi,
    AWS_LAMBDA_FUNCTION_NAME: lambda.name,
    AWS_LAMBDA_FUNCTION_VERSION: lambda.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memorySize),
    AWS_LAMBDA_LOG_GROUP_NAME: lambda.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: where.logStream,
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_EXECUTION_ENV: `AWS_Lambda_${lambda.runtime}`,
    AWS_REGION: kernel.region,
    AWS_DEFAULT_REGION: kernel.region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_SESSION_TOKEN: credentials.sessionToken,
  };
}

const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_DEFAULT_REGION|AWS_REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_.*|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR)$/;

/** The names that a function's own variables may not have. */
export function reservedNames(variables: Record<string, string>): string[] {
  return Object.keys(variables).filter((name) => RESERVED.test(name));
}
