import type { EventBridgeOperation } from '../state.ts';

export const removeTargets: EventBridgeOperation<'RemoveTargets'> = (input, _request, state) => {
  const rule = state.rules.get(state.buses.get(input.EventBusName).name, input.Rule);
  const ids = input.Ids ?? [];
  const unknown = ids.filter((id) => !rule.targets.some(({ Id }) => Id === id));
  state.rules.put({ ...rule, targets: rule.targets.filter(({ Id = '' }) => !ids.includes(Id)) });
  const FailedEntries = unknown.map((TargetId) => ({
    TargetId,
    ErrorCode: 'ResourceNotFoundException',
    ErrorMessage: `Rule ${rule.name} does not have a target with the Id ${TargetId}.`,
  }));
  return { FailedEntryCount: FailedEntries.length, FailedEntries };
};
