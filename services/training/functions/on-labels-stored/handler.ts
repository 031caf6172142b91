import { catalogue } from '@assay/events';
import { eventHandler } from '@assay/lambda-kit';
import { assemble, configSchema } from '../../adapters/world.ts';
import { resumeInterrupted, trainOnNewLabels } from '../../domain/start-training.ts';

/** Counts a run's labels and starts a training once enough are new. */
export const handler = eventHandler(
  { definition: catalogue.LabelsStored, config: configSchema, assemble },
  async ({ metadata, data }, { deps: world, logger }) => {
    await resumeInterrupted(world);
    const { catalog, database, table, workGroup, queryOutput, runId, approved, stored } = data;
    const asOf = new Date(data.asOf).toISOString();
    await world.state.recordRun(
      { runId, asOf, approved, stored },
      { catalog, database, table, workGroup, queryOutput },
    );
    const result = await trainOnNewLabels(world, 'enough-labels', world.minimumNewLabels, metadata);
    logger.info('labels counted', { runId, approved, result });
  },
);
