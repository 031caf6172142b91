import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { arnSchema, semverSchema } from '../../shapes/identifiers.ts';
import { deviceCountsSchema, deviceOutcomeSchema } from '../../shapes/rollout.ts';

export const RolloutCompleted = defineEvent({
  name: 'RolloutCompleted',
  version: 1,
  owner: 'edge-deployer',
  consumers: [],
  describe: 'Every device of the line runs the model.',
  data: z.object({
    deploymentId: z.string().min(1),
    thingGroup: z.string().min(1),
    modelPackageArn: arnSchema,
    modelVersion: semverSchema,
    /** Of many the first hundred. */
    devices: z.array(deviceOutcomeSchema),
    /** All of them, those too that are not named. */
    deviceCounts: deviceCountsSchema.optional(),
  }),
  sample: {
    deploymentId: '6a1f0f7e-1c53-4f5b-9a0e-5a3c1f2e7d10',
    thingGroup: 'assay-local-line',
    modelPackageArn: 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7',
    modelVersion: '1.0.7',
    devices: [{ thing: 'assay-edge-1', status: 'SUCCEEDED' }],
    deviceCounts: { SUCCEEDED: 1 },
  },
});
