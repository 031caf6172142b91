import { taskHandler } from '@assay/lambda-kit';
import { z } from 'zod';
import { assemble, configSchema } from '../../adapters/world.ts';
import { publishRun } from '../../domain/publish-run.ts';

const uri = z.string().startsWith('s3://');
const job = z.string().min(1);
const schema = z.object({
  runId: z.string().min(1),
  labelingJob: job,
  verificationJob: job,
  labelsUri: uri,
  verdictsUri: uri.optional(),
});

/** Last step of a run: says the outcome and lets its images go. */
export const handler = taskHandler({ schema, config: configSchema, assemble }, (run, { deps }) =>
  publishRun(deps, run),
);
