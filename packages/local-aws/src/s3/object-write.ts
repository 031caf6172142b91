import { randomBytes } from 'node:crypto';
import { AwsError, notImplemented } from '../kernel/errors.ts';
import type { Request } from '../kernel/service.ts';
import { checkWriteConditions, type WriteConditions } from './conditions.ts';
import { type CreationReason, notifyCreated, notifyDeleted } from './notifications.ts';
import type { Content, ContentHeader, ObjectVersion } from './object-table.ts';
import { requireBucket, type S3 } from './state.ts';

interface Write extends WriteConditions {
  Bucket: string | undefined;
  Key: string | undefined;
  content: Content;
  reason: CreationReason;
}

/**
 * Makes content that is on disk a key's newest version. The decision (bucket there, conditions hold), the row, the end of
 * the old content and the event are one synchronous turn: all of it happens, or none.
 */
export function writeObject(s3: S3, write: Write, request: Request): ObjectVersion {
  const bucket = requireBucket(s3, { Bucket: write.Bucket });
  const key = write.Key ?? '';
  checkWriteConditions(s3.objects.latest(bucket.name, key), write);
  const object: ObjectVersion = {
    bucket: bucket.name,
    key,
    version: bucket.versioning === 'Enabled' ? newVersionId() : 'null',
    latest: true,
    modified: s3.kernel.clock.now(),
    content: write.content,
  };
  const replaced = s3.objects.put(object);
  s3.files.release(replaced?.content?.segments ?? []);
  notifyCreated(s3, bucket, object, write.reason, request);
  return object;
}

export interface Deletion {
  VersionId?: string;
  DeleteMarker?: boolean;
}

/** Deletes a key or one version of it: removes it, or puts a delete marker in front where the bucket keeps versions. */
export function deleteObjectVersion(
  s3: S3,
  target: { Bucket: string | undefined; Key: string | undefined; VersionId?: string },
  request: Request,
): Deletion {
  const bucket = requireBucket(s3, { Bucket: target.Bucket });
  const key = target.Key ?? '';
  if (target.VersionId === undefined && bucket.versioning) {
    const version = bucket.versioning === 'Enabled' ? newVersionId() : 'null';
    const marker = { bucket: bucket.name, key, version, latest: true, modified: s3.kernel.clock.now() };
    s3.files.release(s3.objects.put(marker)?.content?.segments ?? []);
    notifyDeleted(s3, bucket, marker, true, request);
    return { VersionId: version, DeleteMarker: true };
  }
  const removed = s3.objects.remove(bucket.name, key, target.VersionId ?? 'null');
  if (removed) {
    s3.files.release(removed.content?.segments ?? []);
    notifyDeleted(s3, bucket, removed, false, request);
  }
  if (target.VersionId === undefined) return {};
  return { VersionId: target.VersionId, ...(removed && !removed.content ? { DeleteMarker: true } : {}) };
}

/** S3 refuses keys longer than 1,024 bytes. */
export function checkKey(key: string | undefined): void {
  if (Buffer.byteLength(key ?? '') > 1024)
    throw new AwsError('KeyTooLongError', 'Your key is too long', { status: 400 });
}

/** Refuses access lists, which a bucket of today doesn't take, and ways of storing that mean something and aren't here. */
export function checkKind(input: { ACL?: string; StorageClass?: string; ServerSideEncryption?: string }): void {
  const { ACL, StorageClass = 'STANDARD', ServerSideEncryption = 'AES256' } = input;
  if (ACL !== undefined && ACL !== 'private' && ACL !== 'bucket-owner-full-control')
    throw new AwsError('AccessControlListNotSupported', 'The bucket does not allow ACLs', { status: 400 });
  if (StorageClass !== 'STANDARD') throw notImplemented(`s3 with StorageClass ${StorageClass}`);
  if (ServerSideEncryption !== 'AES256' && ServerSideEncryption !== 'aws:kms')
    throw notImplemented(`s3 with ServerSideEncryption ${ServerSideEncryption}`);
}

type DescribedInput = Partial<Record<Exclude<ContentHeader, 'Expires'>, string>> & {
  Expires?: Date;
  Metadata?: Record<string, string>;
  ServerSideEncryption?: string;
  SSEKMSKeyId?: string;
};

/** What a request that begins an object says of it besides the bytes. */
export function descriptionOf(input: DescribedInput): Pick<Content, 'headers' | 'metadata' | 'encryption'> {
  const encoding = (input.ContentEncoding ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== 'aws-chunked')
    .join(',');
  const headers: Content['headers'] = { ContentType: input.ContentType ?? 'binary/octet-stream' };
  if (input.CacheControl !== undefined) headers.CacheControl = input.CacheControl;
  if (input.ContentDisposition !== undefined) headers.ContentDisposition = input.ContentDisposition;
  if (encoding !== '') headers.ContentEncoding = encoding;
  if (input.ContentLanguage !== undefined) headers.ContentLanguage = input.ContentLanguage;
  if (input.Expires !== undefined) headers.Expires = input.Expires.toUTCString();
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(input.Metadata ?? {})) metadata[name.toLowerCase()] = value;
  const kms = input.ServerSideEncryption === 'aws:kms';
  return {
    headers,
    metadata,
    encryption: kms ? { algorithm: 'aws:kms', keyId: input.SSEKMSKeyId } : { algorithm: 'AES256' },
  };
}

function newVersionId(): string {
  return randomBytes(24).toString('base64url');
}
