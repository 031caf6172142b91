import { toWire } from '../configuration.ts';
import type { LambdaOperation } from '../state.ts';

export const listFunctions: LambdaOperation<'ListFunctions'> = (input, _request, state) => {
  const limit = Math.min(input.MaxItems ?? 50, 50);
  const found = state.functions.list({ after: input.Marker, limit: limit + 1 });
  const page = found.slice(0, limit);
  return {
    Functions: page.map((lambda) => toWire(lambda)),
    ...(found.length > limit && { NextMarker: page.at(-1)?.name }),
  };
};
