import { awsEventHandler } from '@assay/lambda-kit';
import { z } from 'zod';
import { assemble, configSchema } from '../../adapters/world.ts';
import { releaseRun } from '../../domain/release-run.ts';

const schema = z.looseObject({
  source: z.literal('aws.states'),
  detail: z.looseObject({ name: z.string().min(1), status: z.enum(['FAILED', 'TIMED_OUT', 'ABORTED']) }),
});

/** A run has ended without an outcome, whatever the state machine could still do: its images are free again. */
export const handler = awsEventHandler(
  { schema, config: configSchema, assemble },
  async ({ detail }, { deps, logger }) => {
    const released = await releaseRun(deps, { runId: detail.name, reason: `run ${detail.status.toLowerCase()}` });
    logger.info('run ended without an outcome', { runId: detail.name, status: detail.status, ...released });
  },
);
