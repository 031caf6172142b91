import { taskHandler } from '@assay/lambda-kit';
import { z } from 'zod';
import { assemble, configSchema } from '../../adapters/world.ts';
import { releaseRun } from '../../domain/release-run.ts';

const schema = z.object({ runId: z.string().min(1), reason: z.string().min(1) });

/** A run's step has failed for good: its images go back into the queue. */
export const handler = taskHandler({ schema, config: configSchema, assemble }, (run, { deps }) =>
  releaseRun(deps, run),
);
