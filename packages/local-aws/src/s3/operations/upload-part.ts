import { AwsError } from '../../kernel/errors.ts';
import type { Operation, Request } from '../../kernel/service.ts';
import { parseRange } from '../byte-range.ts';
import { checksumMembers } from '../checksums.ts';
import { checkCopyConditions } from '../conditions.ts';
import { copySource } from '../copy-source.ts';
import { type BodyClaims, storeBody } from '../incoming-body.ts';
import { requireObject } from '../object-read.ts';
import { refuseMembers, type S3 } from '../state.ts';
import type { Part } from '../upload-table.ts';
import { requireUpload } from './multipart-upload.ts';

interface PartInput extends BodyClaims {
  Bucket: string | undefined;
  Key: string | undefined;
  UploadId: string | undefined;
  PartNumber: number | undefined;
}

export const uploadPart: Operation<'s3', 'UploadPart', S3> = async (input, request, s3) => {
  refuseMembers('UploadPart', input, ['SSECustomerAlgorithm']);
  const part = await storePart(s3, input, request);
  return { ETag: `"${part.etag}"`, ...partChecksum(part), ServerSideEncryption: 'AES256' as const };
};

export const uploadPartCopy: Operation<'s3', 'UploadPartCopy', S3> = async (input, { http: _, ...request }, s3) => {
  refuseMembers('UploadPartCopy', input, ['CopySourceSSECustomerAlgorithm', 'SSECustomerAlgorithm']);
  const source = requireObject(s3, request.caller, copySource(input.CopySource));
  checkCopyConditions(source, {
    IfMatch: input.CopySourceIfMatch,
    IfNoneMatch: input.CopySourceIfNoneMatch,
    IfModifiedSince: input.CopySourceIfModifiedSince,
    IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
  });
  const { size, segments } = source.content;
  const { start, end } = parseRange(input.CopySourceRange, size) ?? { start: 0, end: size - 1 };
  const { Bucket, Key, UploadId, PartNumber } = input;
  const Body = s3.files.read(segments, start, end);
  const part = await storePart(s3, { Bucket, Key, UploadId, PartNumber, Body }, request);
  return {
    CopyPartResult: { ETag: `"${part.etag}"`, LastModified: new Date(part.modified), ...partChecksum(part) },
    ServerSideEncryption: 'AES256' as const,
  };
};

export const listParts: Operation<'s3', 'ListParts', S3> = (input, _request, s3) => {
  const upload = requireUpload(s3, input);
  const limit = Math.min(input.MaxParts ?? 1000, 1000);
  const after = Number(input.PartNumberMarker ?? 0);
  const parts = s3.uploads.parts(upload.id).filter(({ number }) => number > after);
  const page = parts.slice(0, limit);
  const more = parts.length > limit;
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    MaxParts: limit,
    IsTruncated: more,
    PartNumberMarker: String(after),
    ...(more ? { NextPartNumberMarker: String(page.at(-1)?.number) } : {}),
    Parts: page.map((part) => ({
      PartNumber: part.number,
      Size: part.size,
      ETag: `"${part.etag}"`,
      LastModified: new Date(part.modified),
      ...partChecksum(part),
    })),
    StorageClass: 'STANDARD' as const,
    ChecksumAlgorithm: upload.checksum.algorithm,
    ChecksumType: upload.checksum.type,
  };
};

async function storePart(s3: S3, input: PartInput, request: Request): Promise<Part> {
  const number = input.PartNumber ?? 0;
  if (!Number.isInteger(number) || number < 1 || number > 10_000)
    throw new AwsError('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive', {
      status: 400,
      extra: { ArgumentName: 'partNumber', ArgumentValue: String(number) },
    });
  const upload = requireUpload(s3, input);
  const { segment, md5, checksum } = await storeBody(s3.files, input, request, upload.checksum.algorithm);
  const part: Part = {
    number,
    size: segment.size,
    etag: md5,
    modified: s3.kernel.clock.now(),
    segments: [segment],
    checksum,
  };
  try {
    // The upload may have ended while the body arrived.
    requireUpload(s3, input);
    if (checksum.algorithm !== upload.checksum.algorithm)
      throw new AwsError(
        'InvalidRequest',
        `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksum.algorithm}, actual checksum Type: ${checksum.algorithm}`,
        { status: 400 },
      );
    s3.files.release(s3.uploads.putPart(upload.id, part)?.segments ?? []);
    return part;
  } catch (error) {
    await s3.files.discard([segment]);
    throw error;
  }
}

/** A part has no checksum type of its own. */
function partChecksum(part: Part) {
  const { ChecksumType: _, ...members } = checksumMembers(part.checksum);
  return members;
}
