import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { checkBucketName, newBucket } from '../bucket.ts';
import { refuseMembers, requireBucket, type S3 } from '../state.ts';

export const createBucket: Operation<'s3', 'CreateBucket', S3> = (input, _request, s3) => {
  const name = input.Bucket ?? '';
  checkBucketName(name);
  refuseMembers('CreateBucket', input, ['ObjectLockEnabledForBucket', 'GrantFullControl', 'GrantRead', 'GrantWrite']);
  const constraint = input.CreateBucketConfiguration?.LocationConstraint;
  if (constraint !== undefined && constraint !== s3.kernel.region)
    throw new AwsError(
      'IllegalLocationConstraintException',
      `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
      { status: 400 },
    );
  if (s3.buckets.get(name))
    throw new AwsError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      { status: 409, extra: { BucketName: name } },
    );
  const tags = input.CreateBucketConfiguration?.Tags ?? [];
  s3.buckets.put(name, { ...newBucket(name, s3.kernel.clock.now()), tags });
  return { Location: `/${name}`, BucketArn: s3.kernel.arn('s3', name, 'global') };
};

export const headBucket: Operation<'s3', 'HeadBucket', S3> = (input, _request, s3) => {
  if (!s3.buckets.get(input.Bucket ?? '')) throw new AwsError('NotFound', 'Not Found', { status: 404 });
  const bucket = requireBucket(s3, input);
  return {
    BucketRegion: s3.kernel.region,
    BucketArn: s3.kernel.arn('s3', bucket.name, 'global'),
    AccessPointAlias: false,
  };
};

export const listBuckets: Operation<'s3', 'ListBuckets', S3> = (input, _request, s3) => {
  const limit = input.MaxBuckets ?? 10_000;
  const after =
    input.ContinuationToken === undefined ? '' : Buffer.from(input.ContinuationToken, 'base64url').toString();
  const found = s3.buckets.list({ prefix: input.Prefix ?? '', after, limit: limit + 1 });
  const buckets = found.slice(0, limit).map(({ value }) => value);
  return {
    Buckets: buckets.map(({ name, created }) => ({
      Name: name,
      CreationDate: new Date(created),
      BucketRegion: s3.kernel.region,
      BucketArn: s3.kernel.arn('s3', name, 'global'),
    })),
    Owner: { ID: ownerId(s3) },
    ...(input.Prefix === undefined ? {} : { Prefix: input.Prefix }),
    ...(found.length > limit
      ? { ContinuationToken: Buffer.from(buckets.at(-1)?.name ?? '').toString('base64url') }
      : {}),
  };
};

export const deleteBucket: Operation<'s3', 'DeleteBucket', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  if (!s3.objects.isEmpty(bucket.name))
    throw new AwsError('BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      status: 409,
      extra: { BucketName: bucket.name },
    });
  for (const upload of s3.uploads.ofBucket(bucket.name))
    for (const part of s3.uploads.remove(upload.id)) s3.files.release(part.segments);
  s3.buckets.delete(bucket.name);
  return {};
};

export const getBucketLocation: Operation<'s3', 'GetBucketLocation', S3> = (input, _request, s3) => {
  requireBucket(s3, input);
  // The constraint is the region's name, of which the SDK's type lists those that were known to it.
  const region = s3.kernel.region as 'eu-west-1';
  return s3.kernel.region === 'us-east-1' ? {} : { LocationConstraint: region };
};

/** A canonical user id, stable per account: 64 hex digits. */
function ownerId(s3: S3): string {
  return s3.kernel.account.padStart(64, '0');
}
