import { AwsError } from '../../kernel/errors.ts';
import { DEFAULT_BUS } from '../buses.ts';
import type { EventBridgeOperation } from '../state.ts';

export const deleteEventBus: EventBridgeOperation<'DeleteEventBus'> = (input, _request, state) => {
  const name = input.Name ?? '';
  if (name === DEFAULT_BUS) throw new AwsError('ValidationException', 'Cannot delete event bus default.');
  // Deleting what isn't there is no error; a bus takes its rules with it.
  for (const rule of state.rules.list(name)) state.rules.delete(rule);
  state.buses.delete(name);
  return {};
};
