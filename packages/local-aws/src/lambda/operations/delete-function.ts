import { functionReference, LATEST } from '../functions.ts';
import { configurationKey } from '../invoke-configuration.ts';
import type { LambdaOperation } from '../state.ts';

/** The function with all its versions, or one version of it. */
export const deleteFunction: LambdaOperation<'DeleteFunction'> = (input, _request, state) => {
  state.functions.get(input.FunctionName, input.Qualifier);
  const reference = functionReference(input.FunctionName, input.Qualifier);
  state.functions.delete(reference);
  if (!reference.qualifier || reference.qualifier === LATEST) {
    for (const { key } of state.configurations.list({ prefix: `${reference.name}:` })) state.configurations.delete(key);
    state.pool.retire(reference.name);
  } else state.configurations.delete(configurationKey(reference.name, reference.qualifier));
  return {};
};
