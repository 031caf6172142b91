import { MalformedPolicy, parsePolicy } from '../../kernel/authorization/policy.ts';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { bucketArn } from '../permissions.ts';
import { requireBucket, type S3 } from '../state.ts';

export const putBucketPolicy: Operation<'s3', 'PutBucketPolicy', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  const policy = input.Policy ?? '';
  checkPolicy(policy, bucket.name);
  s3.buckets.put(bucket.name, { ...bucket, policy });
  return {};
};

/** A policy that could not be decided by is refused, not kept. */
function checkPolicy(policy: string, bucket: string): void {
  const malformed = (message: string, cause?: unknown) =>
    new AwsError('MalformedPolicy', message, { status: 400, cause });
  if (!policy.startsWith('{')) throw malformed('Policies must be valid JSON and the first byte must be {');
  try {
    const { statements } = parsePolicy(policy, 'resource');
    const others = statements.some(({ source: { Resource = [] } }) => Resource.some((arn) => !isOf(arn, bucket)));
    if (others) throw malformed('Policy has invalid resource');
  } catch (error) {
    if (error instanceof MalformedPolicy) throw malformed(error.message, error);
    throw error;
  }
}

const isOf = (arn: string, bucket: string) => arn === bucketArn(bucket) || arn.startsWith(`${bucketArn(bucket)}/`);

export const getBucketPolicy: Operation<'s3', 'GetBucketPolicy', S3> = (input, _request, s3) => {
  const { policy } = requireBucket(s3, input);
  if (policy === undefined) throw missing('NoSuchBucketPolicy', 'The bucket policy does not exist');
  return { Policy: policy };
};

export const deleteBucketPolicy: Operation<'s3', 'DeleteBucketPolicy', S3> = (input, _request, s3) => {
  const { policy: _, ...bucket } = requireBucket(s3, input);
  s3.buckets.put(bucket.name, bucket);
  return {};
};

export const putBucketEncryption: Operation<'s3', 'PutBucketEncryption', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  s3.buckets.put(bucket.name, { ...bucket, encryption: input.ServerSideEncryptionConfiguration });
  return {};
};

export const getBucketEncryption: Operation<'s3', 'GetBucketEncryption', S3> = (input, _request, s3) => ({
  // S3 has encrypted every new bucket with its own keys since 2023.
  ServerSideEncryptionConfiguration: requireBucket(s3, input).encryption ?? {
    Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
  },
});

export const putPublicAccessBlock: Operation<'s3', 'PutPublicAccessBlock', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  s3.buckets.put(bucket.name, { ...bucket, publicAccessBlock: input.PublicAccessBlockConfiguration });
  return {};
};

export const getPublicAccessBlock: Operation<'s3', 'GetPublicAccessBlock', S3> = (input, _request, s3) => {
  const { publicAccessBlock } = requireBucket(s3, input);
  if (!publicAccessBlock)
    throw missing('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found');
  return { PublicAccessBlockConfiguration: publicAccessBlock };
};

export const putBucketLifecycleConfiguration: Operation<'s3', 'PutBucketLifecycleConfiguration', S3> = (
  input,
  _request,
  s3,
) => {
  const bucket = requireBucket(s3, input);
  s3.buckets.put(bucket.name, { ...bucket, lifecycle: input.LifecycleConfiguration?.Rules });
  return {};
};

export const getBucketLifecycleConfiguration: Operation<'s3', 'GetBucketLifecycleConfiguration', S3> = (
  input,
  _request,
  s3,
) => {
  const { lifecycle } = requireBucket(s3, input);
  if (!lifecycle) throw missing('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist');
  return { Rules: lifecycle };
};

export const deleteBucketLifecycle: Operation<'s3', 'DeleteBucketLifecycle', S3> = (input, _request, s3) => {
  const { lifecycle: _, ...bucket } = requireBucket(s3, input);
  s3.buckets.put(bucket.name, bucket);
  return {};
};

export const putBucketVersioning: Operation<'s3', 'PutBucketVersioning', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  const { Status, MFADelete } = input.VersioningConfiguration ?? {};
  if (!Status || MFADelete === 'Enabled')
    throw new AwsError('IllegalVersioningConfigurationException', 'The Versioning element must be specified', {
      status: 400,
    });
  s3.buckets.put(bucket.name, { ...bucket, versioning: Status });
  return {};
};

export const getBucketVersioning: Operation<'s3', 'GetBucketVersioning', S3> = (input, _request, s3) => {
  const { versioning } = requireBucket(s3, input);
  return versioning ? { Status: versioning } : {};
};

export const putBucketOwnershipControls: Operation<'s3', 'PutBucketOwnershipControls', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  s3.buckets.put(bucket.name, { ...bucket, ownership: input.OwnershipControls });
  return {};
};

export const getBucketOwnershipControls: Operation<'s3', 'GetBucketOwnershipControls', S3> = (input, _request, s3) => ({
  OwnershipControls: requireBucket(s3, input).ownership ?? { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
});

export const putBucketTagging: Operation<'s3', 'PutBucketTagging', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  s3.buckets.put(bucket.name, { ...bucket, tags: input.Tagging?.TagSet ?? [] });
  return {};
};

export const getBucketTagging: Operation<'s3', 'GetBucketTagging', S3> = (input, _request, s3) => {
  const { tags } = requireBucket(s3, input);
  if (tags.length === 0) throw missing('NoSuchTagSet', 'The TagSet does not exist');
  return { TagSet: tags };
};

export const putBucketCors: Operation<'s3', 'PutBucketCors', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  s3.buckets.put(bucket.name, { ...bucket, cors: input.CORSConfiguration?.CORSRules });
  return {};
};

export const getBucketCors: Operation<'s3', 'GetBucketCors', S3> = (input, _request, s3) => {
  const { cors } = requireBucket(s3, input);
  if (!cors) throw missing('NoSuchCORSConfiguration', 'The CORS configuration does not exist');
  return { CORSRules: cors };
};

export const deleteBucketCors: Operation<'s3', 'DeleteBucketCors', S3> = (input, _request, s3) => {
  const { cors: _, ...bucket } = requireBucket(s3, input);
  s3.buckets.put(bucket.name, bucket);
  return {};
};

function missing(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 404 });
}
