import { catalogue } from '@assay/events';
import { eventHandler } from '@assay/lambda-kit';
import { assemble, configSchema } from '../../adapters/world.ts';
import { trainOnStoredRun } from '../../domain/start-training.ts';

/** Counts a run's labels and starts a training once enough are new. */
export const handler = eventHandler(
  { definition: catalogue.LabelsStored, config: configSchema, assemble },
  async ({ metadata, data }, { deps: world, logger }) => {
    const { catalog, database, table, workGroup, queryOutput, runId, approved, stored } = data;
    const asOf = new Date(data.asOf).toISOString();
    const source = { catalog, database, table, workGroup, queryOutput };
    const result = await trainOnStoredRun(world, { runId, asOf, approved, stored }, source, metadata);
    logger.info('labels counted', { runId, approved, result });
  },
);
