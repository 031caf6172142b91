import type { EventBridgeOperation } from '../state.ts';

export const describeArchive: EventBridgeOperation<'DescribeArchive'> = (input, _request, state) => {
  const archive = state.archives.get(input.ArchiveName);
  const { events, bytes } = state.archives.totals(archive);
  return {
    ArchiveArn: archive.arn,
    ArchiveName: archive.name,
    EventSourceArn: archive.busArn,
    Description: archive.description,
    EventPattern: archive.pattern,
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: bytes,
    EventCount: events,
    CreationTime: new Date(archive.createdAt),
  };
};
