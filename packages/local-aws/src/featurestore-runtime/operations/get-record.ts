import type { Operation } from '../../kernel/service.ts';
import { findGroup, validationError } from '../group.ts';
import type { RuntimeState } from '../state.ts';
import { expiresAt, visible } from '../stores.ts';
import { toRecord } from '../values.ts';

/** A record that isn't there gives an answer without one. */
export const getRecord: Operation<'featurestore-runtime', 'GetRecord', RuntimeState> = async (
  { FeatureGroupName, RecordIdentifierValueAsString: id = '', FeatureNames, ExpirationTimeResponse },
  _request,
  state,
) => {
  const group = await findGroup(state.kernel, FeatureGroupName, 'ResourceNotFound');
  if (!group.online) throw validationError('Validation Error: OnlineStore is not enabled for FeatureGroup');
  const row = visible(state, group, id);
  if (!row) return {};
  const expires = expiresAt(row);
  return {
    Record: toRecord(group, JSON.parse(row.record), FeatureNames),
    ...(ExpirationTimeResponse === 'Enabled' && expires !== undefined && { ExpiresAt: expires }),
  };
};
