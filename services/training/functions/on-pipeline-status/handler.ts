import { awsEventHandler } from '@assay/lambda-kit';
import { z } from 'zod';
import { assemble, configSchema } from '../../adapters/world.ts';
import { concludeTraining } from '../../domain/conclude-training.ts';
import { resumeInterrupted } from '../../domain/start-training.ts';

/** @see "Automating Amazon SageMaker with Amazon EventBridge": pipeline events are in camel case */
const pipelineStatusEvent = z.object({
  source: z.literal('aws.sagemaker'),
  'detail-type': z.literal('SageMaker Model Building Pipeline Execution Status Change'),
  detail: z.object({
    pipelineExecutionArn: z.string().includes('/execution/'),
    currentPipelineExecutionStatus: z.enum(['Succeeded', 'Failed', 'Stopped']),
  }),
});

/** Tells how a training ended: with a registered model, or why without. */
export const handler = awsEventHandler(
  { schema: pipelineStatusEvent, config: configSchema, assemble },
  async ({ detail }, { deps: world, logger }) => {
    await resumeInterrupted(world);
    await concludeTraining(world, detail.pipelineExecutionArn);
    logger.info('training ended', detail);
  },
);
