import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { arnSchema } from '../../shapes/identifiers.ts';

export const ModelRejected = defineEvent({
  name: 'ModelRejected',
  version: 1,
  owner: 'model-registry-watcher',
  consumers: ['edge-deployer'],
  describe: 'A model package that had been approved was rejected; it must leave the line.',
  data: z.object({
    modelPackageArn: arnSchema,
    modelPackageGroup: z.string().min(1),
    modelPackageVersion: z.int().positive(),
    rejectedBy: z.string().min(1).optional(),
    description: z.string().optional(),
  }),
  sample: {
    modelPackageArn: 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7',
    modelPackageGroup: 'assay-local-detector',
    modelPackageVersion: 7,
    rejectedBy: 'mara',
    description: 'lets short scratches pass',
  },
});
