import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { resourceProvider } from '../../kernel/resource-provider.ts';

const properties = z.strictObject({
  Bucket: z.string(),
  PolicyDocument: z.union([z.string(), z.record(z.string(), z.unknown())]),
});

type Properties = z.infer<typeof properties>;

/** `AWS::S3::BucketPolicy`. */
export const bucketPolicyResource = resourceProvider<Properties>({
  properties,
  async create(next, { kernel, caller }) {
    await kernel.call('s3', 'PutBucketPolicy', { Bucket: next.Bucket, Policy: text(next) }, caller);
    return { physicalId: next.Bucket, attributes: {} };
  },
  replaces: (next, previous) => next.Bucket !== previous.Bucket,
  async update(state, next, _previous, { kernel, caller }) {
    await kernel.call('s3', 'PutBucketPolicy', { Bucket: next.Bucket, Policy: text(next) }, caller);
    return state;
  },
  async delete(_state, { Bucket }, { kernel, caller }) {
    try {
      await kernel.call('s3', 'DeleteBucketPolicy', { Bucket }, caller);
    } catch (error) {
      if (!(error instanceof AwsError && error.code === 'NoSuchBucket')) throw error;
    }
  },
});

function text({ PolicyDocument }: Properties): string {
  return typeof PolicyDocument === 'string' ? PolicyDocument : JSON.stringify(PolicyDocument);
}
