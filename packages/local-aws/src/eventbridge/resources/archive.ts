import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  ArchiveName: z.string().optional(),
  SourceArn: z.string(),
  Description: z.string().optional(),
  EventPattern: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
  RetentionDays: z.coerce.number().int().min(0).optional(),
});

type Properties = z.infer<typeof properties>;

const settings = ({ Description, EventPattern, RetentionDays }: Properties) => ({
  Description,
  EventPattern: typeof EventPattern === 'object' ? JSON.stringify(EventPattern) : EventPattern,
  RetentionDays,
});

export const archiveResource = resourceProvider<Properties>({
  properties,
  async create(properties, context) {
    const { kernel, caller } = context;
    const ArchiveName = properties.ArchiveName ?? context.physicalName(48);
    const input = { ArchiveName, EventSourceArn: properties.SourceArn, ...settings(properties) };
    const { ArchiveArn = '' } = await kernel.call('eventbridge', 'CreateArchive', input, caller);
    return { physicalId: ArchiveName, attributes: { Arn: ArchiveArn, ArchiveName } };
  },
  async update(state, next, _previous, { kernel, caller }) {
    await kernel.call('eventbridge', 'UpdateArchive', { ArchiveName: state.physicalId, ...settings(next) }, caller);
    return state;
  },
  replaces: (next, previous) => next.ArchiveName !== previous.ArchiveName || next.SourceArn !== previous.SourceArn,
  async delete(state, _properties, { kernel, caller }) {
    try {
      await kernel.call('eventbridge', 'DeleteArchive', { ArchiveName: state.physicalId }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'ResourceNotFoundException')) throw error;
    }
  },
});
