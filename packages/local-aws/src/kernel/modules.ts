/**
 * The AWS services that exist here, each with the SDK client whose schemas describe its operations.
 * Types only: a client is loaded when its first request arrives (see `defineService`).
 */
export interface ServiceModules {
  athena: typeof import('@aws-sdk/client-athena');
  cloudformation: typeof import('@aws-sdk/client-cloudformation');
  cloudwatch: typeof import('@aws-sdk/client-cloudwatch');
  dynamodb: typeof import('@aws-sdk/client-dynamodb');
  ecr: typeof import('@aws-sdk/client-ecr');
  eventbridge: typeof import('@aws-sdk/client-eventbridge');
  'featurestore-runtime': typeof import('@aws-sdk/client-sagemaker-featurestore-runtime');
  glue: typeof import('@aws-sdk/client-glue');
  greengrassv2: typeof import('@aws-sdk/client-greengrassv2');
  iam: typeof import('@aws-sdk/client-iam');
  iot: typeof import('@aws-sdk/client-iot');
  lambda: typeof import('@aws-sdk/client-lambda');
  logs: typeof import('@aws-sdk/client-cloudwatch-logs');
  s3: typeof import('@aws-sdk/client-s3');
  sagemaker: typeof import('@aws-sdk/client-sagemaker');
  sfn: typeof import('@aws-sdk/client-sfn');
  sqs: typeof import('@aws-sdk/client-sqs');
  sts: typeof import('@aws-sdk/client-sts');
}

export type ServiceName = keyof ServiceModules;

type CommandOf<Module, Operation extends string> = Module extends { [Name in `${Operation}Command`]: infer Command }
  ? Command
  : never;

/** The operations of a service: the names of its SDK commands. */
export type OperationName<S extends ServiceName> = {
  [Name in keyof ServiceModules[S]]: Name extends `${infer Operation}Command`
    ? Operation extends '$'
      ? never
      : Operation
    : never;
}[keyof ServiceModules[S]];

/** The SDK's own input type of an operation. */
export type InputOf<S extends ServiceName, O extends OperationName<S>> =
  CommandOf<ServiceModules[S], O> extends new (
    // biome-ignore lint/suspicious/noExplicitAny: a constructor's parameters are contravariant; only `any` matches all commands
    ...parameters: any[]
  ) => { readonly input: infer Input }
    ? Input
    : never;

/** The SDK's own output type of an operation, without the client's metadata. */
export type OutputOf<S extends ServiceName, O extends OperationName<S>> =
  CommandOf<ServiceModules[S], O> extends new (
    // biome-ignore lint/suspicious/noExplicitAny: as above
    ...parameters: any[]
  ) => {
    // biome-ignore lint/suspicious/noExplicitAny: as above
    resolveMiddleware(...parameters: any[]): (...parameters: any[]) => Promise<{ output: infer Output }>;
  }
    ? Omit<Output, '$metadata'>
    : never;
