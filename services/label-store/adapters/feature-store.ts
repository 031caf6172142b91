import { RetryableError } from '@assay/lambda-kit';
import {
  BatchGetRecordCommand,
  type FeatureValue,
  PutRecordCommand,
  type SageMakerFeatureStoreRuntimeClient,
} from '@aws-sdk/client-sagemaker-featurestore-runtime';
import type { LabelRecord } from '../domain/label-record.ts';
import type { LabelStorePort } from '../domain/store-labels.ts';

/** BatchGetRecord takes at most this many identifiers. */
const BATCH = 100;

/** Our feature group in the SageMaker Feature Store; what is there is asked of the online store. */
export function createFeatureStore(
  client: Pick<SageMakerFeatureStoreRuntimeClient, 'send'>,
  featureGroup: string,
): LabelStorePort {
  return {
    async eventTimes(recordIds) {
      const times = new Map<string, string>();
      for (let start = 0; start < recordIds.length; start += BATCH) {
        await readBatch(client, featureGroup, recordIds.slice(start, start + BATCH), times);
      }
      return times;
    },

    async put(record) {
      await client.send(
        new PutRecordCommand({
          FeatureGroupName: featureGroup,
          Record: toFeatures(record),
          TargetStores: ['OnlineStore', 'OfflineStore'],
        }),
      );
    },
  };
}

/** PutRecord takes values of the pattern `.*`: of one line, that is. A worker's comment may have several. */
const LINE_BREAKS = /[\n\r\u0085\u2028\u2029]+/g;

/** Every value travels as text; absent ones are left out. */
function toFeatures(record: LabelRecord): FeatureValue[] {
  return Object.entries(record).flatMap(([FeatureName, value]) =>
    value === undefined ? [] : [{ FeatureName, ValueAsString: String(value).replace(LINE_BREAKS, ' ') }],
  );
}

async function readBatch(
  client: Pick<SageMakerFeatureStoreRuntimeClient, 'send'>,
  featureGroup: string,
  recordIds: readonly string[],
  times: Map<string, string>,
): Promise<void> {
  const response = await client.send(
    new BatchGetRecordCommand({
      Identifiers: [
        {
          FeatureGroupName: featureGroup,
          RecordIdentifiersValueAsString: [...recordIds],
          FeatureNames: ['record_id', 'event_time'],
        },
      ],
    }),
  );
  const [error] = response.Errors ?? [];
  if (error !== undefined || (response.UnprocessedIdentifiers ?? []).length > 0) {
    throw new RetryableError(
      'feature-store-busy',
      `the feature group ${featureGroup} did not answer for all records: ${error?.ErrorMessage ?? 'unprocessed identifiers'}`,
    );
  }
  for (const { RecordIdentifierValueAsString, Record } of response.Records ?? []) {
    const eventTime = Record?.find(({ FeatureName }) => FeatureName === 'event_time')?.ValueAsString;
    if (RecordIdentifierValueAsString !== undefined && eventTime !== undefined) {
      times.set(RecordIdentifierValueAsString, eventTime);
    }
  }
}
