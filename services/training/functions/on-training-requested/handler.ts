import { catalogue } from '@assay/events';
import { eventHandler } from '@assay/lambda-kit';
import { assemble, configSchema } from '../../adapters/world.ts';
import { resumeInterrupted, trainOnRequest } from '../../domain/start-training.ts';

/** Starts the training that somebody asked for, at once or after the one that runs. */
export const handler = eventHandler(
  { definition: catalogue.TrainingRequested, config: configSchema, assemble },
  async ({ metadata, data }, { deps: world, logger }) => {
    await resumeInterrupted(world);
    const result = await trainOnRequest(world, data, metadata);
    logger.info('training requested', { ...data, result });
  },
);
