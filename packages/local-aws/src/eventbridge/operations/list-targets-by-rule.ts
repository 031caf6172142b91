import { page } from '../pages.ts';
import type { EventBridgeOperation } from '../state.ts';

export const listTargetsByRule: EventBridgeOperation<'ListTargetsByRule'> = (input, _request, state) => {
  const rule = state.rules.get(state.buses.get(input.EventBusName).name, input.Rule);
  const { items, NextToken } = page(rule.targets, ({ Id = '' }) => Id, input);
  return { Targets: items, NextToken };
};
