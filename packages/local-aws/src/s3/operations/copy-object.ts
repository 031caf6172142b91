import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { checksumMembers } from '../checksums.ts';
import { checkCopyConditions } from '../conditions.ts';
import { copySource } from '../copy-source.ts';
import { requireObject } from '../object-read.ts';
import { checkKey, checkKind, descriptionOf, writeObject } from '../object-write.ts';
import { refuseMembers, requireBucket, type S3 } from '../state.ts';

export const copyObject: Operation<'s3', 'CopyObject', S3> = async (input, request, s3) => {
  refuseMembers('CopyObject', input, ['CopySourceSSECustomerAlgorithm', 'SSECustomerAlgorithm', 'Tagging']);
  requireBucket(s3, input);
  checkKey(input.Key);
  checkKind(input);
  const source = requireObject(s3, request.caller, copySource(input.CopySource));
  checkCopyConditions(source, {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  const replaces = input.MetadataDirective === 'REPLACE';
  if (!replaces && source.bucket === input.Bucket && source.key === input.Key && source.latest)
    throw new AwsError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
      { status: 400 },
    );
  const segments = await s3.files.duplicate(source.content.segments);
  try {
    const description = replaces ? descriptionOf(input) : {};
    const object = writeObject(
      s3,
      { ...input, content: { ...source.content, ...description, segments }, reason: 'CopyObject' },
      request,
    );
    const versioned = s3.buckets.get(object.bucket)?.versioning;
    return {
      CopyObjectResult: {
        ETag: `"${source.content.etag}"`,
        LastModified: new Date(object.modified),
        ...checksumMembers(source.content.checksum),
      },
      ServerSideEncryption: object.content?.encryption.algorithm,
      ...(versioned ? { VersionId: object.version } : {}),
      ...(s3.buckets.get(source.bucket)?.versioning ? { CopySourceVersionId: source.version } : {}),
    };
  } catch (error) {
    await s3.files.discard(segments);
    throw error;
  }
};
