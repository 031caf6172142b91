import type { Operation } from '../../kernel/service.ts';
import { findGroup, validationError } from '../group.ts';
import type { RuntimeState } from '../state.ts';
import { bufferOffline, targetStores } from '../stores.ts';
import { parseEventTime, type Values } from '../values.ts';

/**
 * Writes a tombstone into the offline store, and takes the record out of the online store unless that has a later one
 * (a hard delete is refused then).
 */
export const deleteRecord: Operation<'featurestore-runtime', 'DeleteRecord', RuntimeState> = async (
  { FeatureGroupName, RecordIdentifierValueAsString: id = '', EventTime = '', TargetStores, DeletionMode },
  _request,
  state,
) => {
  const group = await findGroup(state.kernel, FeatureGroupName, 'ValidationError');
  const { online, offline } = targetStores(group, TargetStores);
  const eventTime = parseEventTime(group, EventTime);
  const values: Values = {
    ...Object.fromEntries(group.features.map(({ name }) => [name, null])),
    [group.identifier]: id,
    [group.eventTime]: EventTime,
  };
  const stored = state.getOnline.get(group.key, id);
  const later = !stored || eventTime > stored.event_time;
  const hard = DeletionMode === 'HardDelete';
  if (online && hard && !later)
    throw validationError('Validation Error: EventTime must be later than that of the record in the OnlineStore');
  if (online && hard) state.deleteOnline.run(group.key, id);
  else if (online && later) state.putOnline.run(group.key, id, eventTime, JSON.stringify(values), 1, null);
  if (offline) bufferOffline(state, group, { eventTime, values, deleted: true });
  return {};
};
