import { page } from '../pages.ts';
import type { EventBridgeOperation } from '../state.ts';

export const listArchives: EventBridgeOperation<'ListArchives'> = (input, _request, state) => {
  const all = state.archives
    .list(input.NamePrefix)
    .filter(({ busArn }) => input.EventSourceArn === undefined || busArn === input.EventSourceArn);
  const { items, NextToken } = page(all, (archive) => archive.name, input);
  const Archives = items.map((archive) => {
    const { events, bytes } = state.archives.totals(archive);
    return {
      ArchiveName: archive.name,
      EventSourceArn: archive.busArn,
      State: 'ENABLED' as const,
      RetentionDays: archive.retentionDays,
      SizeBytes: bytes,
      EventCount: events,
      CreationTime: new Date(archive.createdAt),
    };
  });
  return { Archives, NextToken };
};
