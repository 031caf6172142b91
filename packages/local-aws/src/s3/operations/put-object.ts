import type { Operation } from '../../kernel/service.ts';
import { checksumMembers } from '../checksums.ts';
import { checkWriteConditions } from '../conditions.ts';
import { storeBody } from '../incoming-body.ts';
import { checkKey, checkKind, descriptionOf, writeObject } from '../object-write.ts';
import { refuseMembers, requireBucket, type S3 } from '../state.ts';

export const putObject: Operation<'s3', 'PutObject', S3> = async (input, request, s3) => {
  const bucket = requireBucket(s3, input);
  checkKey(input.Key);
  checkKind(input);
  refuseMembers('PutObject', input, [
    'GrantRead',
    'ObjectLockMode',
    'ObjectLockRetainUntilDate',
    'SSECustomerAlgorithm',
    'Tagging',
    'WebsiteRedirectLocation',
    'WriteOffsetBytes',
  ]);
  // Spares the upload where the answer is clear already; what counts is the same check in the turn that writes.
  checkWriteConditions(s3.objects.latest(bucket.name, input.Key ?? ''), input);
  const { segment, md5, checksum } = await storeBody(s3.files, input, request);
  const segments = segment.size === 0 ? [] : [segment];
  try {
    const object = writeObject(
      s3,
      {
        ...input,
        content: { ...descriptionOf(input), size: segment.size, etag: md5, segments, checksum },
        reason: 'PutObject',
      },
      request,
    );
    if (segment.size === 0) await s3.files.discard([segment]);
    return {
      ETag: `"${md5}"`,
      ...checksumMembers(checksum),
      ServerSideEncryption: object.content?.encryption.algorithm,
      ...(bucket.versioning ? { VersionId: object.version } : {}),
    };
  } catch (error) {
    await s3.files.discard([segment]);
    throw error;
  }
};
