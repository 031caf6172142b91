import type { BatchGetRecordError, BatchGetRecordResultDetail } from '@aws-sdk/client-sagemaker-featurestore-runtime';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { findGroup, validationError } from '../group.ts';
import type { RuntimeState } from '../state.ts';
import { expiresAt, visible } from '../stores.ts';
import { toRecord } from '../values.ts';

/** Up to 10 groups and 100 records. Records that aren't there are absent; a group's trouble is told for each of its records. */
export const batchGetRecord: Operation<'featurestore-runtime', 'BatchGetRecord', RuntimeState> = async (
  { Identifiers = [], ExpirationTimeResponse },
  _request,
  state,
) => {
  const Records: BatchGetRecordResultDetail[] = [];
  const Errors: BatchGetRecordError[] = [];
  const count = Identifiers.reduce((sum, { RecordIdentifiersValueAsString: ids = [] }) => sum + ids.length, 0);
  if (Identifiers.length > 10 || count > 100)
    throw validationError('Validation Error: At most 10 feature groups and 100 records can be asked for at once');
  for (const { FeatureGroupName, RecordIdentifiersValueAsString: ids = [], FeatureNames } of Identifiers) {
    try {
      const group = await findGroup(state.kernel, FeatureGroupName, 'ResourceNotFound');
      if (!group.online) throw validationError('Validation Error: OnlineStore is not enabled for FeatureGroup');
      for (const id of ids) {
        const row = visible(state, group, id);
        if (!row) continue;
        const expires = expiresAt(row);
        Records.push({
          FeatureGroupName,
          RecordIdentifierValueAsString: id,
          Record: toRecord(group, JSON.parse(row.record), FeatureNames),
          ...(ExpirationTimeResponse === 'Enabled' && expires !== undefined && { ExpiresAt: expires }),
        });
      }
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { code: ErrorCode, message: ErrorMessage } = error;
      for (const id of ids)
        Errors.push({ FeatureGroupName, RecordIdentifierValueAsString: id, ErrorCode, ErrorMessage });
    }
  }
  return { Records, Errors, UnprocessedIdentifiers: [] };
};
