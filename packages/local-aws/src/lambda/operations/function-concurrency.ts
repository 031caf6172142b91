import { invalidParameter } from '../configuration.ts';
import type { LambdaOperation } from '../state.ts';

export const putFunctionConcurrency: LambdaOperation<'PutFunctionConcurrency'> = (input, _request, state) => {
  const reservedConcurrency = input.ReservedConcurrentExecutions;
  if (reservedConcurrency === undefined || reservedConcurrency < 0)
    throw invalidParameter('ReservedConcurrentExecutions must be 0 or more.');
  state.functions.put({ ...state.functions.get(input.FunctionName), reservedConcurrency });
  return { ReservedConcurrentExecutions: reservedConcurrency };
};

export const getFunctionConcurrency: LambdaOperation<'GetFunctionConcurrency'> = (input, _request, state) => {
  const { reservedConcurrency } = state.functions.get(input.FunctionName);
  return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
};

export const deleteFunctionConcurrency: LambdaOperation<'DeleteFunctionConcurrency'> = (input, _request, state) => {
  const { reservedConcurrency: _, ...lambda } = state.functions.get(input.FunctionName);
  state.functions.put(lambda);
  return {};
};
