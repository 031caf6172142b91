import { compilePattern } from '../pattern/compile.ts';
import type { EventBridgeOperation } from '../state.ts';

export const updateArchive: EventBridgeOperation<'UpdateArchive'> = (input, _request, state) => {
  const archive = state.archives.get(input.ArchiveName);
  if (input.EventPattern) compilePattern(input.EventPattern);
  state.archives.put({
    ...archive,
    description: input.Description ?? archive.description,
    pattern: input.EventPattern ?? archive.pattern,
    retentionDays: input.RetentionDays ?? archive.retentionDays,
  });
  return { ArchiveArn: archive.arn, State: 'ENABLED', CreationTime: new Date(archive.createdAt) };
};
