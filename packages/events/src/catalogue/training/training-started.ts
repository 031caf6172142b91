import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { arnSchema, instantSchema } from '../../shapes/identifiers.ts';

export const TrainingStarted = defineEvent({
  name: 'TrainingStarted',
  version: 1,
  owner: 'training',
  consumers: [],
  describe: 'A training pipeline was started.',
  data: z.object({
    pipelineExecutionArn: arnSchema,
    reason: z.enum(['enough-labels', 'schedule', 'requested']),
    asOf: instantSchema,
    approvedLabels: z.int().nonnegative(),
  }),
  sample: {
    pipelineExecutionArn:
      'arn:aws:sagemaker:eu-west-1:000000000000:pipeline/assay-local-training/execution/a1b2c3d4e5f6',
    reason: 'enough-labels',
    asOf: '2026-03-04T10:12:00.000Z',
    approvedLabels: 212,
  },
});
