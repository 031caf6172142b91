import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';
import { sign } from '../../test/sign.ts';

const Bucket = 'error-cases';
const Key = 'a/key';

describe('S3 answers', () => {
  let aws: TestAws;
  let s3: S3Client;
  let UploadId: string | undefined;
  let deleted: string | undefined;

  beforeAll(async () => {
    aws = await startAws();
    s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket }));
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'content' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'deleted', Body: 'x' }));
    deleted = (await s3.send(new DeleteObjectCommand({ Bucket, Key: 'deleted' }))).VersionId;
    UploadId = (await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts', ChecksumAlgorithm: 'CRC32' })))
      .UploadId;
    for (const PartNumber of [1, 2])
      await s3.send(new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber, Body: 'small' }));
  });
  afterAll(() => aws.close());

  const none = 'there-is-no-such-bucket';
  const etag = `"${createHash('md5').update('small').digest('hex')}"`;
  const complete = (...parts: [number, string][]) =>
    new CompleteMultipartUploadCommand({
      Bucket,
      Key: 'parts',
      UploadId,
      MultipartUpload: { Parts: parts.map(([PartNumber, ETag]) => ({ PartNumber, ETag })) },
    });

  type Case = [code: string, status: number, call: () => Promise<unknown>];
  const cases: Case[] = [
    ['NoSuchKey', 404, () => s3.send(new GetObjectCommand({ Bucket, Key: 'none' }))],
    ['NotFound', 404, () => s3.send(new HeadObjectCommand({ Bucket, Key: 'none' }))],
    ['NoSuchVersion', 404, () => s3.send(new GetObjectCommand({ Bucket, Key, VersionId: 'x'.repeat(32) }))],
    ['MethodNotAllowed', 405, () => s3.send(new GetObjectCommand({ Bucket, Key: 'deleted', VersionId: deleted }))],
    ['NoSuchBucket', 404, () => s3.send(new ListObjectsV2Command({ Bucket: none }))],
    ['NoSuchBucket', 404, () => s3.send(new PutObjectCommand({ Bucket: none, Key, Body: 'x' }))],
    ['NoSuchBucketPolicy', 404, () => s3.send(new GetBucketPolicyCommand({ Bucket }))],
    ['NoSuchLifecycleConfiguration', 404, () => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))],
    ['BucketAlreadyOwnedByYou', 409, () => s3.send(new CreateBucketCommand({ Bucket }))],
    ['BucketNotEmpty', 409, () => s3.send(new DeleteBucketCommand({ Bucket }))],
    ['InvalidBucketName', 400, () => s3.send(new CreateBucketCommand({ Bucket: 'Capital_Letters' }))],
    ['AccessDenied', 403, () => s3.send(new ListObjectsV2Command({ Bucket, ExpectedBucketOwner: '111111111111' }))],
    ['InvalidRange', 416, () => s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=100-' }))],
    ['PreconditionFailed', 412, () => s3.send(new GetObjectCommand({ Bucket, Key, IfMatch: '"other"' }))],
    ['PreconditionFailed', 412, () => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch: '*' }))],
    ['KeyTooLongError', 400, () => s3.send(new PutObjectCommand({ Bucket, Key: 'é'.repeat(513), Body: 'x' }))],
    [
      'BadDigest',
      400,
      () => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ContentMD5: 'A'.repeat(22).concat('==') })),
    ],
    ['InvalidDigest', 400, () => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ContentMD5: 'short' }))],
    ['BadDigest', 400, () => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ChecksumCRC32: 'AAAAAA==' }))],
    ['NoSuchKey', 404, () => s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/none` }))],
    ['MalformedXML', 400, () => s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [] } }))],
    ['NoSuchUpload', 404, () => s3.send(new ListPartsCommand({ Bucket, Key: 'parts', UploadId: 'none' }))],
    [
      'NoSuchUpload',
      404,
      () => s3.send(new UploadPartCommand({ Bucket, Key: 'other', UploadId, PartNumber: 1, Body: 'x' })),
    ],
    [
      'InvalidArgument',
      400,
      () => s3.send(new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber: 10_001, Body: 'x' })),
    ],
    ['InvalidPart', 400, () => s3.send(complete([3, etag]))],
    ['InvalidPartOrder', 400, () => s3.send(complete([2, etag], [1, etag]))],
    ['EntityTooSmall', 400, () => s3.send(complete([1, etag], [2, etag]))],
  ];
  it.each(cases)('%s with status %i', async (name, status, call) => {
    await expect(call()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });

  /** What no SDK client sends. */
  async function raw(method: string, path: string, query: Record<string, string>, body: string): Promise<string> {
    const { endpoint, region, administrator: credentials } = aws.aws;
    const signed = await sign({ method, path, query, body }, { endpoint, region, credentials, service: 's3' });
    const response = await fetch(endpoint + signed.target, { method, headers: signed.headers, ...(body && { body }) });
    return `${response.status} ${/<Code>(\w+)<\/Code>/.exec(await response.text())?.[1]}`;
  }

  it('MalformedXML to a body that is none, or not the operation’s', async () => {
    for (const body of ['<Delete>', 'not xml', '<Delete><Object></Delete>'])
      expect(await raw('POST', `/${Bucket}`, { delete: '' }, body), body).toBe('400 MalformedXML');
  });

  it('InvalidURI to a path that is not encoded well, and to keys that lead out of their bucket', async () => {
    expect(await raw('GET', `/${Bucket}/%ff`, {}, '')).toBe('400 InvalidURI');
    // "Object key naming guidelines": never more `..` than names before them.
    for (const Key of ['..%2Fother', 'a/..%2F..%2Fother', '%2E%2E%2F%2E%2E%2Fetc/passwd'])
      expect(await raw('GET', `/${Bucket}/${Key}`, {}, ''), Key).toBe('400 InvalidURI');
  });
});
