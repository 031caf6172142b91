import { toWire } from '../configuration.ts';
import type { LambdaOperation } from '../state.ts';

/** The code is not handed out again: the answer has no `Code.Location`. */
export const getFunction: LambdaOperation<'GetFunction'> = (input, _request, state) => {
  const lambda = state.functions.get(input.FunctionName, input.Qualifier);
  return {
    Configuration: toWire(lambda, { qualified: input.Qualifier !== undefined }),
    Code: { RepositoryType: 'S3' },
    ...(Object.keys(lambda.tags).length > 0 && { Tags: lambda.tags }),
    ...(lambda.reservedConcurrency !== undefined && {
      Concurrency: { ReservedConcurrentExecutions: lambda.reservedConcurrency },
    }),
  };
};

export const getFunctionConfiguration: LambdaOperation<'GetFunctionConfiguration'> = (input, _request, state) =>
  toWire(state.functions.get(input.FunctionName, input.Qualifier), { qualified: input.Qualifier !== undefined });
