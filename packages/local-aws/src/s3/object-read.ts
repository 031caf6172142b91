import type { Caller } from '../kernel/caller.ts';
import { AwsError } from '../kernel/errors.ts';
import { checksumMembers } from './checksums.ts';
import { checkReadConditions, type ReadConditions } from './conditions.ts';
import type { Content, ObjectVersion } from './object-table.ts';
import { listing } from './permissions.ts';
import { requireBucket, type S3 } from './state.ts';

/** The version that a request names, with its content, or AWS's error for what is missing. */
export function requireObject(
  s3: S3,
  caller: Caller,
  input: { Bucket: string | undefined; Key: string | undefined; VersionId?: string; ExpectedBucketOwner?: string },
): ObjectVersion & { content: Content } {
  const bucket = requireBucket(s3, input);
  const key = input.Key ?? '';
  const object =
    input.VersionId === undefined
      ? s3.objects.latest(bucket.name, key)
      : s3.objects.version(bucket.name, key, input.VersionId);
  if (object?.content) return { ...object, content: object.content };
  if (object && input.VersionId !== undefined)
    throw new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', {
      status: 405,
    });
  if (input.VersionId !== undefined)
    throw new AwsError('NoSuchVersion', 'The specified version does not exist.', {
      status: 404,
      extra: { Key: key, VersionId: input.VersionId },
    });
  // Whether a key is there is the business of those only who may list the bucket.
  s3.kernel.authorization.require('s3', caller, [listing({ Bucket: bucket.name, Prefix: key })]);
  throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404, extra: { Key: key } });
}

interface ReadInput extends ReadConditions {
  ChecksumMode?: string;
  Range?: string;
}

/** What GetObject and HeadObject answer alike, once the preconditions hold. */
export function describeObject(s3: S3, object: ObjectVersion & { content: Content }, input: ReadInput) {
  checkReadConditions(object, input);
  const { content } = object;
  const { Expires, ...headers } = content.headers;
  return {
    ...headers,
    ...(Expires === undefined ? {} : { ExpiresString: Expires }),
    AcceptRanges: 'bytes',
    ETag: `"${content.etag}"`,
    LastModified: new Date(object.modified),
    Metadata: content.metadata,
    ServerSideEncryption: content.encryption.algorithm,
    ...(content.encryption.keyId === undefined ? {} : { SSEKMSKeyId: content.encryption.keyId }),
    ...(s3.buckets.get(object.bucket)?.versioning ? { VersionId: object.version } : {}),
    ...(input.ChecksumMode === 'ENABLED' && input.Range === undefined ? checksumMembers(content.checksum) : {}),
  };
}
