import type { EventBridgeOperation } from '../state.ts';

export const deleteArchive: EventBridgeOperation<'DeleteArchive'> = (input, _request, state) => {
  state.archives.delete(state.archives.get(input.ArchiveName));
  return {};
};
