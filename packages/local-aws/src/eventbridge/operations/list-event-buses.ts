import { page } from '../pages.ts';
import type { EventBridgeOperation } from '../state.ts';

export const listEventBuses: EventBridgeOperation<'ListEventBuses'> = (input, _request, state) => {
  const { items, NextToken } = page(state.buses.list(input.NamePrefix), (bus) => bus.name, input);
  const EventBuses = items.map((bus) => ({
    Name: bus.name,
    Arn: bus.arn,
    Description: bus.description,
    CreationTime: new Date(bus.createdAt),
    LastModifiedTime: new Date(bus.modifiedAt),
  }));
  return { EventBuses, NextToken };
};
