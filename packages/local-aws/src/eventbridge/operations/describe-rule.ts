import { toWire } from '../rule-shape.ts';
import type { EventBridgeOperation } from '../state.ts';

export const describeRule: EventBridgeOperation<'DescribeRule'> = (input, request, state) => {
  const bus = state.buses.get(input.EventBusName).name;
  return { ...toWire(state.rules.get(bus, input.Name)), CreatedBy: request.account };
};
