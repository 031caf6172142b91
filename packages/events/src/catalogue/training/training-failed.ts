import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { arnSchema } from '../../shapes/identifiers.ts';
import { s3UriSchema } from '../../shapes/s3-uri.ts';

export const TrainingFailed = defineEvent({
  name: 'TrainingFailed',
  version: 1,
  owner: 'training',
  consumers: [],
  describe: 'A training pipeline ended without a registered model: a step failed, or the model did not pass the gate.',
  data: z.object({
    pipelineExecutionArn: arnSchema,
    step: z.string().min(1).optional(),
    reason: z.string().min(1),
    evaluationUri: s3UriSchema.optional(),
    reportUri: s3UriSchema.optional(),
    map50: z.number().min(0).max(1).optional(),
  }),
  sample: {
    pipelineExecutionArn:
      'arn:aws:sagemaker:eu-west-1:000000000000:pipeline/assay-local-training/execution/a1b2c3d4e5f6',
    step: 'RejectModel',
    reason: 'The model did not pass the gate. ap50-floor: AP50 0.410 on the test split, at least 0.600 is asked for',
    evaluationUri: 's3://assay-local-training-000000000000/runs/a1b2c3d4e5f6/evaluation/evaluation.json',
    reportUri: 's3://assay-local-training-000000000000/runs/a1b2c3d4e5f6/evaluation/report.html',
    map50: 0.41,
  },
});
