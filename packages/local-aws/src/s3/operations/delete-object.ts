import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { checkWriteConditions } from '../conditions.ts';
import { deleteObjectVersion } from '../object-write.ts';
import { versioned } from '../permissions.ts';
import { refuseMembers, requireBucket, type S3 } from '../state.ts';

export const deleteObject: Operation<'s3', 'DeleteObject', S3> = (input, request, s3) => {
  const bucket = requireBucket(s3, input);
  refuseMembers('DeleteObject', input, ['IfMatchLastModifiedTime', 'IfMatchSize']);
  checkWriteConditions(s3.objects.latest(bucket.name, input.Key ?? ''), { IfMatch: input.IfMatch });
  return deleteObjectVersion(s3, input, request);
};

const MOST_KEYS = 1000;

export const deleteObjects: Operation<'s3', 'DeleteObjects', S3> = (input, request, s3) => {
  requireBucket(s3, input);
  const targets = input.Delete?.Objects ?? [];
  if (targets.length === 0 || targets.length > MOST_KEYS)
    throw new AwsError(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
      { status: 400 },
    );
  const { authorization } = s3.kernel;
  const denied: { Key: string | undefined; Code: string; Message: string }[] = [];
  const allowed = targets.filter(({ Key, VersionId }) => {
    const need = versioned({ Bucket: input.Bucket, Key, VersionId }, 'DeleteObject');
    const refusal = authorization.refusal('s3', request.caller, [need]);
    if (refusal) denied.push({ Key, Code: refusal.code, Message: refusal.message });
    return !refusal;
  });
  const deleted = allowed.map(({ Key, VersionId }) => {
    const deletion = deleteObjectVersion(s3, { Bucket: input.Bucket, Key, VersionId }, request);
    return {
      Key,
      ...(VersionId === undefined ? {} : { VersionId }),
      ...(deletion.DeleteMarker ? { DeleteMarker: true, DeleteMarkerVersionId: deletion.VersionId } : {}),
    };
  });
  return {
    ...(input.Delete?.Quiet ? {} : { Deleted: deleted }),
    ...(denied.length > 0 ? { Errors: denied } : {}),
  };
};
