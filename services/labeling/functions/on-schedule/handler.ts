import { awsEventHandler } from '@assay/lambda-kit';
import { z } from 'zod';
import { assemble, configSchema } from '../../adapters/world.ts';
import { startRunIfDue } from '../../domain/start-run.ts';

const schema = z.looseObject({ 'detail-type': z.literal('Scheduled Event'), time: z.string() });

/** Labels whatever waits, however little: no image waits for others forever. */
export const handler = awsEventHandler(
  { schema, config: configSchema, assemble },
  async ({ time }, { deps, logger }) => {
    logger.info('looked after the queue', { runId: await startRunIfDue(deps, 1, time) });
  },
);
