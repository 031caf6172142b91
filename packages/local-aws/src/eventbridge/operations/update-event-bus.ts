import type { EventBridgeOperation } from '../state.ts';

export const updateEventBus: EventBridgeOperation<'UpdateEventBus'> = (input, _request, state) => {
  const bus = {
    ...state.buses.get(input.Name),
    description: input.Description,
    deadLetterArn: input.DeadLetterConfig?.Arn,
    modifiedAt: state.kernel.clock.now(),
  };
  state.buses.put(bus);
  const { Description, DeadLetterConfig } = input;
  return { Arn: bus.arn, Name: bus.name, Description, DeadLetterConfig };
};
