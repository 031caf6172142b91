import { createHash, randomBytes } from 'node:crypto';
import type { ChecksumAlgorithm, ChecksumType, CompletedPart } from '@aws-sdk/client-s3';
import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { algorithmOf, type Checksum, checksumMembers, compositeChecksum } from '../checksums.ts';
import type { Segment } from '../object-files.ts';
import { checkKey, checkKind, descriptionOf, writeObject } from '../object-write.ts';
import { refuseMembers, requireBucket, type S3 } from '../state.ts';
import type { Part, Upload } from '../upload-table.ts';

/** Of every part but the last. */
const SMALLEST_PART = 5 * 1024 * 1024;

export const createMultipartUpload: Operation<'s3', 'CreateMultipartUpload', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  checkKey(input.Key);
  checkKind(input);
  refuseMembers('CreateMultipartUpload', input, ['ObjectLockMode', 'SSECustomerAlgorithm', 'Tagging']);
  const checksum = checksumPlan(input.ChecksumAlgorithm, input.ChecksumType);
  const upload: Upload = {
    id: randomBytes(48).toString('base64url'),
    bucket: bucket.name,
    key: input.Key ?? '',
    begun: s3.kernel.clock.now(),
    content: descriptionOf(input),
    checksum,
  };
  s3.uploads.put(upload);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    ServerSideEncryption: upload.content.encryption.algorithm,
    ChecksumAlgorithm: checksum.algorithm,
    ChecksumType: checksum.type,
  };
};

/** "Checking object integrity": which algorithms may be composed of the parts' checksums, and which of the bytes. */
function checksumPlan(algorithm: ChecksumAlgorithm = 'CRC64NVME', asked?: ChecksumType) {
  const hashes = algorithm === 'SHA1' || algorithm === 'SHA256';
  const type = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  if (
    !algorithmOf(algorithm) ||
    (type === 'FULL_OBJECT' && hashes) ||
    (type === 'COMPOSITE' && algorithm === 'CRC64NVME')
  )
    throw new AwsError(
      'InvalidRequest',
      `The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`,
      { status: 400 },
    );
  return { algorithm, type };
}

export const completeMultipartUpload: Operation<'s3', 'CompleteMultipartUpload', S3> = async (input, request, s3) => {
  const upload = requireUpload(s3, input);
  const parts = chosenParts(s3.uploads.parts(upload.id), input.MultipartUpload?.Parts ?? []);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== size)
    throw new AwsError('InvalidRequest', 'The provided MpuObjectSize does not match the combined parts size.', {
      status: 400,
    });
  const checksum = await objectChecksum(s3, upload, parts, size);
  const member = algorithmOf(checksum.algorithm)?.member;
  const claimed = member && input[member];
  if (claimed !== undefined && claimed !== checksum.value)
    throw new AwsError('BadDigest', `The ${checksum.algorithm} you specified did not match the calculated checksum.`, {
      status: 400,
    });
  // The checksum took its time: the upload may have been aborted or completed meanwhile.
  requireUpload(s3, input);
  const object = writeObject(
    s3,
    {
      ...input,
      content: {
        ...upload.content,
        size,
        etag: compositeEtag(parts),
        segments: parts.flatMap(({ segments }) => segments),
        checksum,
      },
      reason: 'CompleteMultipartUpload',
    },
    request,
  );
  const used = new Set(parts.map(({ number }) => number));
  for (const part of s3.uploads.remove(upload.id)) if (!used.has(part.number)) s3.files.release(part.segments);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    Location: `${request.endpoint}/${upload.bucket}/${encodeURIComponent(upload.key).replaceAll('%2F', '/')}`,
    ETag: `"${object.content?.etag}"`,
    ...checksumMembers(checksum),
    ServerSideEncryption: upload.content.encryption.algorithm,
    ...(s3.buckets.get(upload.bucket)?.versioning ? { VersionId: object.version } : {}),
  };
};

export const abortMultipartUpload: Operation<'s3', 'AbortMultipartUpload', S3> = (input, _request, s3) => {
  const upload = requireUpload(s3, input);
  for (const part of s3.uploads.remove(upload.id)) s3.files.release(part.segments);
  return {};
};

export const listMultipartUploads: Operation<'s3', 'ListMultipartUploads', S3> = (input, _request, s3) => {
  const bucket = requireBucket(s3, input);
  refuseMembers('ListMultipartUploads', input, ['Delimiter', 'KeyMarker', 'UploadIdMarker']);
  const uploads = s3.uploads.ofBucket(bucket.name).filter(({ key }) => key.startsWith(input.Prefix ?? ''));
  return {
    Bucket: bucket.name,
    Prefix: input.Prefix,
    IsTruncated: false,
    Uploads: uploads.map(({ id, key, begun }) => ({ UploadId: id, Key: key, Initiated: new Date(begun) })),
  };
};

export function requireUpload(
  s3: S3,
  input: {
    Bucket: string | undefined;
    Key: string | undefined;
    UploadId: string | undefined;
    ExpectedBucketOwner?: string;
  },
): Upload {
  const bucket = requireBucket(s3, input);
  const upload = s3.uploads.get(input.UploadId ?? '');
  if (upload?.bucket !== bucket.name || upload.key !== input.Key)
    throw new AwsError(
      'NoSuchUpload',
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
      { status: 404, extra: { UploadId: input.UploadId } },
    );
  return upload;
}

/** The parts that the caller names, which must be there, in order and large enough. */
function chosenParts(parts: Part[], chosen: CompletedPart[]): Part[] {
  const byNumber = new Map(parts.map((part) => [part.number, part]));
  if (chosen.length === 0) throw new AwsError('InvalidRequest', 'You must specify at least one part', { status: 400 });
  if (chosen.some(({ PartNumber = 0 }, index) => PartNumber <= (chosen[index - 1]?.PartNumber ?? 0)))
    throw new AwsError('InvalidPartOrder', 'The list of parts was not in ascending order.', { status: 400 });
  return chosen.map((named, index) => {
    const part = byNumber.get(named.PartNumber ?? 0);
    const member = part?.checksum && algorithmOf(part.checksum.algorithm)?.member;
    const claimed = member && named[member];
    const differs = claimed !== undefined && claimed !== part?.checksum?.value;
    if (!part || named.ETag?.replaceAll('"', '') !== part.etag || differs)
      throw new AwsError(
        'InvalidPart',
        "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
        { status: 400, extra: { PartNumber: String(named.PartNumber) } },
      );
    if (part.size < SMALLEST_PART && index < chosen.length - 1)
      throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
        status: 400,
        extra: { PartNumber: String(part.number), ProposedSize: String(part.size) },
      });
    return part;
  });
}

function compositeEtag(parts: Part[]): string {
  const md5 = createHash('md5');
  for (const part of parts) md5.update(part.etag, 'hex');
  return `${md5.digest('hex')}-${parts.length}`;
}

async function objectChecksum(s3: S3, { checksum }: Upload, parts: Part[], size: number): Promise<Checksum> {
  const { algorithm, type } = checksum;
  if (type === 'COMPOSITE') {
    const values = parts.map((part) => part.checksum?.value ?? '');
    return { algorithm, type, value: await compositeChecksum(algorithm, values) };
  }
  const calculation = algorithmOf(algorithm)?.start();
  if (!calculation) throw new Error(`no calculation for ${algorithm}`);
  const segments: Segment[] = parts.flatMap((part) => part.segments);
  for await (const chunk of s3.files.read(segments, 0, size - 1)) calculation.update(chunk);
  return { algorithm, type, value: await calculation.digest() };
}
