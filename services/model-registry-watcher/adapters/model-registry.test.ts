import { catalogue } from '@assay/events';
import type { DescribeModelPackageCommandOutput } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { describePackage } from './model-registry.ts';

const arn = 'arn:aws:sagemaker:eu-west-1:000000000000:model-package/assay-local-detector/7';

it.each([
  ['s3://training/snapshot.json', '0.9', { map50: 0.9, snapshotUri: 's3://training/snapshot.json' }],
  ['s3://training', 'good', { map50: undefined, snapshotUri: undefined }],
  ['https://training/snapshot.json', '9', { map50: undefined, snapshotUri: undefined }],
])(
  'takes what a package says of itself (%s, %s) where its event can carry it',
  async (snapshotUri, map50, expected) => {
    const found: Partial<DescribeModelPackageCommandOutput> = {
      ModelPackageGroupName: 'assay-local-detector',
      ModelPackageVersion: 7,
      ModelPackageStatus: 'Completed',
      ModelApprovalStatus: 'Approved',
      CustomerMetadataProperties: { snapshotUri, map50 },
    };
    const described = await describePackage({ send: async () => found } as never, arn);
    expect(described).toMatchObject(expected);
    const { map50: figure, snapshotUri: snapshot } = described;
    const data = { ...catalogue.ModelApproved.sample, map50: figure, snapshotUri: snapshot };
    expect(catalogue.ModelApproved.data.safeParse(data).success).toBe(true);
  },
);
