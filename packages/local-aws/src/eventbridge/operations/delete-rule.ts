import { AwsError } from '../../kernel/errors.ts';
import type { EventBridgeOperation } from '../state.ts';

export const deleteRule: EventBridgeOperation<'DeleteRule'> = (input, _request, state) => {
  const bus = state.buses.get(input.EventBusName).name;
  const rule = state.rules.find(bus, input.Name ?? '');
  // Deleting what isn't there is no error.
  if (!rule) return {};
  if (rule.targets.length > 0) throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
  state.schedules.cancel(rule);
  state.rules.delete(rule);
  return {};
};
