import type { EventBridgeOperation, EventBridgeState } from '../state.ts';

function setEnabled(
  state: EventBridgeState,
  { Name, EventBusName }: { Name: string | undefined; EventBusName?: string },
  enabled: boolean,
): void {
  const rule = { ...state.rules.get(state.buses.get(EventBusName).name, Name), enabled };
  state.rules.put(rule);
  state.schedules.plan(rule);
}

export const enableRule: EventBridgeOperation<'EnableRule'> = (input, _request, state) => {
  setEnabled(state, input, true);
  return {};
};

export const disableRule: EventBridgeOperation<'DisableRule'> = (input, _request, state) => {
  setEnabled(state, input, false);
  return {};
};
