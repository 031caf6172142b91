import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { arnSchema } from '../../shapes/identifiers.ts';
import { s3UriSchema } from '../../shapes/s3-uri.ts';

export const ModelApproved = defineEvent({
  name: 'ModelApproved',
  version: 1,
  owner: 'model-registry-watcher',
  consumers: ['edge-deployer'],
  describe: 'Somebody approved a model package; it may go to the line.',
  data: z.object({
    modelPackageArn: arnSchema,
    modelPackageGroup: z.string().min(1),
    modelPackageVersion: z.int().positive(),
    /** The package's `model.tar.gz`. */
    modelUri: s3UriSchema,
    approvedBy: z.string().min(1).optional(),
    description: z.string().optional(),
    map50: z.number().min(0).max(1).optional(),
    snapshotUri: s3UriSchema.optional(),
  }),
  sample: {
    modelPackageArn: 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7',
    modelPackageGroup: 'assay-local-detector',
    modelPackageVersion: 7,
    modelUri: 's3://assay-local-training-000000000000/models/pipelines-a1b2c3d4e5f6-Train/output/model.tar.gz',
    approvedBy: 'mara',
    description: 'better on glare',
    map50: 0.84,
    snapshotUri: 's3://assay-local-training-000000000000/runs/a1b2c3d4e5f6/snapshot/snapshot.json',
  },
});
