import { z } from 'zod';
import { defineEvent } from '../../envelope/definition.ts';
import { arnSchema, sha256Schema } from '../../shapes/identifiers.ts';
import { s3UriSchema } from '../../shapes/s3-uri.ts';

export const ModelTrained = defineEvent({
  name: 'ModelTrained',
  version: 1,
  owner: 'training',
  consumers: [],
  describe: 'A model passed the gate and is registered; a person has to approve it.',
  data: z.object({
    pipelineExecutionArn: arnSchema,
    modelPackageArn: arnSchema,
    modelUri: s3UriSchema,
    snapshotUri: s3UriSchema,
    snapshotSha256: sha256Schema,
    evaluationUri: s3UriSchema,
    reportUri: s3UriSchema,
    /** Mean average precision at IoU 0.5 on the test split, 0 to 1. */
    map50: z.number().min(0).max(1),
    /** What the gate made of it, in a line: which rules it passed, and which the test split couldn't decide. */
    gate: z.string().min(1).optional(),
    /** Images in the snapshot. */
    imageCount: z.int().positive(),
  }),
  sample: {
    pipelineExecutionArn:
      'arn:aws:sagemaker:eu-west-1:000000000000:pipeline/assay-local-training/execution/a1b2c3d4e5f6',
    modelPackageArn: 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7',
    modelUri: 's3://assay-local-training-000000000000/models/pipelines-a1b2c3d4e5f6-Train/output/model.tar.gz',
    snapshotUri: 's3://assay-local-training-000000000000/runs/a1b2c3d4e5f6/snapshot/snapshot.json',
    snapshotSha256: 'c2f1a4d3b6e5978807968594a3b2c1d0e1f2031425364758697a8b9cadbecfd0',
    evaluationUri: 's3://assay-local-training-000000000000/runs/a1b2c3d4e5f6/evaluation/evaluation.json',
    reportUri: 's3://assay-local-training-000000000000/runs/a1b2c3d4e5f6/evaluation/report.html',
    map50: 0.84,
    gate: 'passed: 10 of 11 rules / undecided: champion',
    imageCount: 212,
  },
});
