import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.union([z.boolean(), z.stringbool()]).optional(),
  BatchSize: z.coerce.number().int().optional(),
  MaximumBatchingWindowInSeconds: z.coerce.number().int().optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).optional(),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.coerce.number().int().optional() }).optional(),
});

type Properties = z.infer<typeof properties>;

export const eventSourceMappingResource = resourceProvider<Properties>({
  properties,
  async create(properties, { kernel, caller }) {
    const created = await kernel.call('lambda', 'CreateEventSourceMapping', properties, caller);
    const { UUID = '', EventSourceMappingArn = '' } = created;
    return { physicalId: UUID, attributes: { Id: UUID, EventSourceMappingArn } };
  },
  async update(state, next, _previous, { kernel, caller }) {
    const { EventSourceArn: _, ...settings } = next;
    await kernel.call(
      'lambda',
      'UpdateEventSourceMapping',
      {
        BatchSize: 10,
        MaximumBatchingWindowInSeconds: 0,
        FunctionResponseTypes: [],
        ScalingConfig: {},
        Enabled: true,
        ...settings,
        UUID: state.physicalId,
      },
      caller,
    );
    return state;
  },
  replaces: (next, previous) => next.EventSourceArn !== previous.EventSourceArn,
  async delete(state, _properties, { kernel, caller }) {
    try {
      await kernel.call('lambda', 'DeleteEventSourceMapping', { UUID: state.physicalId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});
