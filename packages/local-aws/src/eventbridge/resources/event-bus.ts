import { z } from 'zod';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  Name: z.string(),
  Description: z.string().optional(),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});

export const eventBusResource = resourceProvider<z.infer<typeof properties>>({
  properties,
  async create(properties, { kernel, caller }) {
    const { EventBusArn = '' } = await kernel.call('eventbridge', 'CreateEventBus', properties, caller);
    return { physicalId: properties.Name, attributes: { Arn: EventBusArn, Name: properties.Name } };
  },
  async update(state, { Name, Description, DeadLetterConfig }, _previous, { kernel, caller }) {
    await kernel.call('eventbridge', 'UpdateEventBus', { Name, Description, DeadLetterConfig }, caller);
    return state;
  },
  replaces: (next, previous) => next.Name !== previous.Name,
  async delete(state, _properties, { kernel, caller }) {
    await kernel.call('eventbridge', 'DeleteEventBus', { Name: state.physicalId }, caller);
  },
});
