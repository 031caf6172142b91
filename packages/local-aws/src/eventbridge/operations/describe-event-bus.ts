import type { EventBridgeOperation } from '../state.ts';

export const describeEventBus: EventBridgeOperation<'DescribeEventBus'> = (input, _request, state) => {
  const bus = state.buses.get(input.Name);
  return {
    Name: bus.name,
    Arn: bus.arn,
    Description: bus.description,
    ...(bus.deadLetterArn && { DeadLetterConfig: { Arn: bus.deadLetterArn } }),
    CreationTime: new Date(bus.createdAt),
    LastModifiedTime: new Date(bus.modifiedAt),
  };
};
