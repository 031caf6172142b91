import { toWire, withSettings } from '../configuration.ts';
import type { LambdaOperation } from '../state.ts';

export const updateFunctionConfiguration: LambdaOperation<'UpdateFunctionConfiguration'> = (input, _request, state) => {
  const lambda = state.functions.get(input.FunctionName);
  const next = withSettings(lambda, input, state.kernel.clock.now());
  state.functions.put(next);
  state.pool.retire(next.name);
  return toWire(next);
};
