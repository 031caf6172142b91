import { awsEventHandler } from '@assay/lambda-kit';
import { z } from 'zod';
import { assemble, configSchema } from '../../adapters/world.ts';
import { concludeWhatEnded } from '../../domain/conclude-training.ts';
import { resumeInterrupted, trainOnNewLabels } from '../../domain/start-training.ts';

const scheduledEvent = z.object({ source: z.literal('aws.events'), 'detail-type': z.literal('Scheduled Event') });

/** Trains on whatever is new, however little, and looks after starts and ends that were interrupted. */
export const handler = awsEventHandler(
  { schema: scheduledEvent, config: configSchema, assemble },
  async (_event, { deps: world, logger }) => {
    await resumeInterrupted(world);
    await concludeWhatEnded(world);
    logger.info('schedule', { result: await trainOnNewLabels(world, 'schedule', 1) });
  },
);
