import type { Operation } from '../../kernel/service.ts';
import { findGroup } from '../group.ts';
import type { RuntimeState } from '../state.ts';
import { bufferOffline, targetStores } from '../stores.ts';
import { expiry, parseRecord } from '../values.ts';

/** Overwrites the whole record. One that is older than the online store's goes to the offline store only. */
export const putRecord: Operation<'featurestore-runtime', 'PutRecord', RuntimeState> = async (
  { FeatureGroupName, Record = [], TargetStores, TtlDuration },
  _request,
  state,
) => {
  const group = await findGroup(state.kernel, FeatureGroupName, 'ValidationError');
  const { online, offline } = targetStores(group, TargetStores);
  const { id, eventTime, values } = parseRecord(group, Record);
  const stored = state.getOnline.get(group.key, id);
  if (online && (!stored || stored.event_time <= eventTime)) {
    const expires = expiry(eventTime, TtlDuration, group.ttl);
    state.putOnline.run(group.key, id, eventTime, JSON.stringify(values), 0, expires);
  }
  if (offline) bufferOffline(state, group, { eventTime, values, deleted: false });
  return {};
};
