import type { EventBridgeOperation } from '../state.ts';

export const cancelReplay: EventBridgeOperation<'CancelReplay'> = (input, _request, state) => {
  const replay = state.replays.cancel(state.replays.get(input.ReplayName));
  return { ReplayArn: replay.arn, State: replay.state };
};
