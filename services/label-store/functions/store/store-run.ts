import { catalogue, type EventData, labelOutcomeSchema, type ParsedEvent } from '@assay/events';
import { type Publisher, readClaim } from '@assay/events/publisher';
import type { Surroundings } from '@assay/lambda-kit';
import type { S3Client } from '@aws-sdk/client-s3';
import { type LabelStorePort, storeLabels } from '../../domain/store-labels.ts';

export interface StoreDependencies {
  readonly s3: Pick<S3Client, 'send'>;
  readonly store: LabelStorePort;
  readonly publisher: Publisher;
  readonly now: () => Date;
  /** How others query the store. */
  readonly access: {
    readonly featureGroup: string;
    readonly catalog: string;
    readonly database: string;
    readonly table: string;
    readonly workGroup: string;
    readonly queryOutput: string;
  };
}

/** Stores all outcomes of a labeling run, then says so. */
export async function storeRun(
  { data, metadata }: ParsedEvent<EventData<typeof catalogue.LabelsApproved>>,
  { deps, logger }: Pick<Surroundings<unknown, StoreDependencies>, 'deps' | 'logger'>,
): Promise<void> {
  const outcomes = await readClaim(deps.s3, data.labels, labelOutcomeSchema);
  const { written, ...stored } = await storeLabels(outcomes, data, deps.store, deps.now);
  const { runId, labelingJob } = data;
  await deps.publisher.publish(
    catalogue.LabelsStored,
    { runId, labelingJob, ...deps.access, ...stored },
    { causedBy: metadata },
  );
  logger.info('stored the labels of a run', { runId, labelingJob, written, ...stored });
}
