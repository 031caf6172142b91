import { touched, toWire } from '../configuration.ts';
import type { LambdaOperation } from '../state.ts';
import { publish } from '../versions.ts';

export const updateFunctionCode: LambdaOperation<'UpdateFunctionCode'> = async (input, request, state) => {
  state.functions.get(input.FunctionName);
  const { digest, size } = await state.code.store(input, request.caller);
  // Read again: it may have been configured while the code was fetched.
  const lambda = state.functions.get(input.FunctionName);
  const next = {
    ...lambda,
    codeDigest: digest,
    codeSize: size,
    architecture: input.Architectures?.[0] ?? lambda.architecture,
    ...touched(lambda, state.kernel.clock.now()),
  };
  if (input.DryRun) return toWire(next);
  state.functions.put(next);
  state.pool.retire(next.name);
  return toWire(input.Publish ? publish(state, next) : next);
};
