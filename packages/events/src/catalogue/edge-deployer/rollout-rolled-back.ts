import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { arnSchema, semverSchema } from '../../shapes/identifiers.ts';
import { deviceCountsSchema, deviceOutcomeSchema } from '../../shapes/rollout.ts';

export const RolloutRolledBack = defineEvent({
  name: 'RolloutRolledBack',
  version: 1,
  owner: 'edge-deployer',
  consumers: [],
  describe: 'A device did not come up with the model; the devices went back to what they ran before.',
  data: z.object({
    deploymentId: z.string().min(1),
    thingGroup: z.string().min(1),
    modelPackageArn: arnSchema,
    modelVersion: semverSchema,
    /** Of many the first hundred, those that failed before the others. */
    devices: z.array(deviceOutcomeSchema),
    /** All of them, those too that are not named. */
    deviceCounts: deviceCountsSchema.optional(),
    reason: z.string().min(1),
    /** The model package that the line runs now, when there was one before. */
    rolledBackTo: arnSchema.optional(),
  }),
  sample: {
    deploymentId: '6a1f0f7e-1c53-4f5b-9a0e-5a3c1f2e7d10',
    thingGroup: 'assay-local-line',
    modelPackageArn: 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7',
    modelVersion: '1.0.7',
    devices: [{ thing: 'assay-edge-1', status: 'FAILED', detail: 'com.assay.inspector broke during startup' }],
    deviceCounts: { FAILED: 1 },
    reason: 'assay-edge-1: com.assay.inspector broke during startup',
    rolledBackTo: 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/5',
  },
});
