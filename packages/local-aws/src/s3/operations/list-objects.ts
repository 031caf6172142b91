import { AwsError } from '../../kernel/errors.ts';
import type { Operation } from '../../kernel/service.ts';
import { listPage, type Page } from '../listing.ts';
import { requireBucket, type S3 } from '../state.ts';

const MOST_KEYS = 1000;

interface ListInput {
  Bucket: string | undefined;
  Prefix?: string;
  Delimiter?: string;
  MaxKeys?: number;
  EncodingType?: string;
  ExpectedBucketOwner?: string;
}

export const listObjectsV2: Operation<'s3', 'ListObjectsV2', S3> = (input, _request, s3) => {
  const token = input.ContinuationToken;
  const after = token === undefined ? (input.StartAfter ?? '') : Buffer.from(token, 'base64url').toString();
  if (token !== undefined && after === '')
    throw new AwsError('InvalidArgument', 'The continuation token provided is incorrect', { status: 400 });
  const { page, answer, encode } = list(s3, input, after);
  return {
    ...answer,
    KeyCount: page.objects.length + page.prefixes.length,
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(input.StartAfter === undefined ? {} : { StartAfter: encode(input.StartAfter) }),
    ...(page.last === undefined ? {} : { NextContinuationToken: Buffer.from(page.last).toString('base64url') }),
  };
};

/** The older form, which `aws s3api list-objects` and old clients use. */
export const listObjects: Operation<'s3', 'ListObjects', S3> = (input, _request, s3) => {
  const { page, answer, encode } = list(s3, input, input.Marker ?? '');
  return {
    ...answer,
    Marker: encode(input.Marker ?? ''),
    ...(page.last === undefined || input.Delimiter === undefined ? {} : { NextMarker: encode(page.last) }),
  };
};

function list(s3: S3, input: ListInput, after: string) {
  const bucket = requireBucket(s3, input);
  const limit = Math.min(input.MaxKeys ?? MOST_KEYS, MOST_KEYS);
  if (limit < 0)
    throw new AwsError('InvalidArgument', 'Argument maxKeys must be an integer between 0 and 2147483647', {
      status: 400,
    });
  const request = { prefix: input.Prefix ?? '', delimiter: input.Delimiter ?? '', after, limit };
  const page: Page = listPage((from, most) => s3.objects.keysFrom(bucket.name, from, most), request);
  const encode = input.EncodingType === 'url' ? encodeKey : (text: string) => text;
  const answer = {
    Name: bucket.name,
    Prefix: encode(request.prefix),
    ...(input.Delimiter === undefined ? {} : { Delimiter: encode(input.Delimiter) }),
    MaxKeys: limit,
    ...(input.EncodingType === 'url' ? { EncodingType: 'url' as const } : {}),
    IsTruncated: page.last !== undefined,
    Contents: page.objects.map(({ key, modified, content }) => ({
      Key: encode(key),
      LastModified: new Date(modified),
      ETag: `"${content?.etag}"`,
      Size: content?.size ?? 0,
      StorageClass: 'STANDARD' as const,
      ...(content?.checksum
        ? { ChecksumAlgorithm: [content.checksum.algorithm], ChecksumType: content.checksum.type }
        : {}),
    })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
  return { page, answer, encode };
}

/** As S3 encodes keys in listings: the slash stays. */
function encodeKey(key: string): string {
  return encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replace(/[!'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
