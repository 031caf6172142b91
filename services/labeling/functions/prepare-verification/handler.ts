import { taskHandler } from '@assay/lambda-kit';
import { z } from 'zod';
import { assemble, configSchema } from '../../adapters/world.ts';
import { prepareVerification } from '../../domain/prepare-verification.ts';

const schema = z.object({ labelsUri: z.string().startsWith('s3://'), verificationManifest: z.string().min(1) });

/** Between a run's jobs: hands on what was labelled. */
export const handler = taskHandler({ schema, config: configSchema, assemble }, (run, { deps }) =>
  prepareVerification(deps.files, run),
);
