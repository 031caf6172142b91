import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { arnSchema, semverSchema } from '../../shapes/identifiers.ts';

export const RolloutStarted = defineEvent({
  name: 'RolloutStarted',
  version: 1,
  owner: 'edge-deployer',
  consumers: [],
  describe: 'A deployment of a model and the inspector to the devices of a line was created.',
  data: z.object({
    deploymentId: z.string().min(1),
    thingGroup: z.string().min(1),
    modelPackageArn: arnSchema,
    modelVersion: semverSchema,
    inspectorVersion: semverSchema,
    /** Devices in the group when the rollout started. */
    targets: z.int().nonnegative(),
  }),
  sample: {
    deploymentId: '6a1f0f7e-1c53-4f5b-9a0e-5a3c1f2e7d10',
    thingGroup: 'assay-local-line',
    modelPackageArn: 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7',
    modelVersion: '1.0.7',
    inspectorVersion: '1.0.0',
    targets: 1,
  },
});
