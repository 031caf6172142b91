import { toWire } from '../replay-shape.ts';
import type { EventBridgeOperation } from '../state.ts';

export const describeReplay: EventBridgeOperation<'DescribeReplay'> = (input, _request, state) => {
  const replay = state.replays.get(input.ReplayName);
  return {
    ...toWire(replay),
    ReplayArn: replay.arn,
    Description: replay.description,
    Destination: { Arn: replay.busArn, FilterArns: replay.filterArns },
  };
};
