import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  NoSuchKey,
  NotFound,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

/** Signs no checksum of a body that it does not know yet. */
class PresigningClient extends S3Client {
  constructor(configuration: S3ClientConfig) {
    super({ ...configuration, requestChecksumCalculation: 'WHEN_REQUIRED' });
  }
}

describe('S3 objects', () => {
  let aws: TestAws;
  let s3: S3Client;
  const Bucket = `objects-${Date.now()}`;

  beforeAll(async () => {
    aws = await startAws();
    s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(() => aws.close());

  const put = (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const read = async (Key: string, Range?: string) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key, Range }))).Body?.transformToString();

  it('keeps bytes, headers and metadata', async () => {
    const body = randomBytes(100_000);
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'dir/a b+ü&<.bin',
        Body: body,
        ContentType: 'image/png',
        CacheControl: 'no-store',
        Metadata: { Station: 'line-2' },
      }),
    );
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'dir/a b+ü&<.bin', ChecksumMode: 'ENABLED' }));
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(body);
    expect(object).toMatchObject({
      ContentType: 'image/png',
      CacheControl: 'no-store',
      ContentLength: 100_000,
      Metadata: { station: 'line-2' },
      ETag: `"${createHash('md5').update(body).digest('hex')}"`,
      ChecksumType: 'FULL_OBJECT',
    });
    expect(object.ChecksumCRC32).toBeDefined();
  });

  it('takes the chunked framing off a streamed body and verifies its trailer', async () => {
    const body = randomBytes(300_000);
    const stream = Readable.from([body.subarray(0, 7), body.subarray(7, 200_000), body.subarray(200_000)]);
    for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
      const content = ChecksumAlgorithm === 'CRC32' ? stream : Readable.from([body]);
      await s3.send(
        new PutObjectCommand({ Bucket, Key: 'streamed', Body: content, ContentLength: body.length, ChecksumAlgorithm }),
      );
      const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'streamed' }));
      expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(body);
      expect(object.ContentEncoding).toBeUndefined();
    }
  });

  it('refuses a body that does not match its checksum, and keeps what was there', async () => {
    await put('checked', 'good');
    for (const wrong of [
      { ChecksumCRC32: 'AAAAAA==' },
      { ChecksumCRC32C: 'AAAAAA==' },
      { ChecksumCRC64NVME: 'AAAAAAAAAAA=' },
      { ChecksumSHA1: Buffer.alloc(20).toString('base64') },
      { ChecksumSHA256: Buffer.alloc(32).toString('base64') },
      { ContentMD5: Buffer.alloc(16).toString('base64') },
    ])
      await expect(
        s3.send(new PutObjectCommand({ Bucket, Key: 'checked', Body: 'evil', ...wrong })),
      ).rejects.toMatchObject({ name: 'BadDigest' });
    expect(await read('checked')).toBe('good');
  });

  it('knows CRC-64/NVME of its check value', async () => {
    const put = await s3.send(
      new PutObjectCommand({ Bucket, Key: 'nvme', Body: '123456789', ChecksumCRC64NVME: 'rosUhgp5mIg=' }),
    );
    expect(put.ChecksumCRC64NVME).toBe('rosUhgp5mIg=');
  });

  it('answers ranges with 206, and 416 beyond the end', async () => {
    await put('ranges', '0123456789');
    expect(await read('ranges', 'bytes=2-4')).toBe('234');
    expect(await read('ranges', 'bytes=8-')).toBe('89');
    expect(await read('ranges', 'bytes=-3')).toBe('789');
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'ranges', Range: 'bytes=5-100' }));
    expect(part).toMatchObject({ ContentRange: 'bytes 5-9/10', ContentLength: 5, $metadata: { httpStatusCode: 206 } });
    await part.Body?.transformToByteArray();
    await expect(read('ranges', 'bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('serves empty objects', async () => {
    await put('empty', '');
    expect(await read('empty')).toBe('');
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'empty' }))).ContentLength).toBe(0);
  });

  it('reads conditionally', async () => {
    const { ETag = '' } = await put('conditional', 'x');
    const get = (condition: object) => s3.send(new GetObjectCommand({ Bucket, Key: 'conditional', ...condition }));
    await expect(get({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    await expect(get({ IfMatch: '"other"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await (await get({ IfMatch: ETag })).Body?.transformToByteArray();
    await expect(get({ IfModifiedSince: new Date(Date.now() + 1000) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 304 },
    });
  });

  it('writes conditionally: one of many creators wins, and a stale editor loses', async () => {
    const create = () =>
      s3.send(new PutObjectCommand({ Bucket, Key: 'lock', Body: randomBytes(10), IfNoneMatch: '*' }));
    const results = await Promise.allSettled(Array.from({ length: 8 }, create));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { ETag } = await s3.send(new HeadObjectCommand({ Bucket, Key: 'lock' }));
    const edit = (IfMatch?: string) => s3.send(new PutObjectCommand({ Bucket, Key: 'lock', Body: 'edited', IfMatch }));
    await edit(ETag);
    await expect(edit(ETag)).rejects.toMatchObject({ name: 'PreconditionFailed' });
  });

  it('says what is missing in the SDK’s own exceptions', async () => {
    await expect(read('nothing')).rejects.toBeInstanceOf(NoSuchKey);
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'nothing' }))).rejects.toBeInstanceOf(NotFound);
    const elsewhere = s3.send(new GetObjectCommand({ Bucket: 'no-such-bucket', Key: 'x' }));
    await expect(elsewhere).rejects.toMatchObject({ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
  });

  it('serves presigned URLs both ways, with the headers that they override', async () => {
    const plain = aws.client(PresigningClient);
    const upload = await getSignedUrl(plain, new PutObjectCommand({ Bucket, Key: 'presigned.txt' }), { expiresIn: 60 });
    expect((await fetch(upload, { method: 'PUT', body: 'from a browser' })).status).toBe(200);
    const get = new GetObjectCommand({ Bucket, Key: 'presigned.txt', ResponseContentType: 'text/plain' });
    const response = await fetch(await getSignedUrl(s3, get, { expiresIn: 60 }));
    expect(await response.text()).toBe('from a browser');
    expect(response.headers.get('content-type')).toBe('text/plain');
    const forged = new URL(upload);
    forged.searchParams.set('X-Amz-Signature', '0'.repeat(64));
    expect((await fetch(forged, { method: 'PUT', body: 'evil' })).status).toBe(403);
  });

  it('copies bytes and metadata, or replaces the metadata', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'from here', Body: 'copied', Metadata: { a: '1' } }));
    const CopySource = `${Bucket}/from%20here`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource }));
    expect(await read('to')).toBe('copied');
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).Metadata).toEqual({ a: '1' });
    const replaced = { MetadataDirective: 'REPLACE' as const, Metadata: { b: '2' } };
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'to', CopySource, ...replaced }));
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'to' }))).Metadata).toEqual({ b: '2' });
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'from here' }));
    expect(await read('to')).toBe('copied');
  });

  it('lists in pages, with prefixes that stand for what is below them', async () => {
    for (const key of ['l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/d/1', 'l/é', 'm']) await put(key, 'x');
    const pages: string[] = [];
    let token: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, Prefix: 'l/', Delimiter: '/', MaxKeys: 2, ContinuationToken: token }),
      );
      pages.push(
        [
          ...(page.Contents ?? []).map(({ Key }) => Key),
          ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
        ].join(),
      );
      token = page.NextContinuationToken;
    } while (token !== undefined);
    expect(pages).toEqual(['l/a,l/b/', 'l/c,l/d/', 'l/é']);
    const after = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/', StartAfter: 'l/c' }));
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(['l/d/1', 'l/é']);
    const encoded = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'l/é', EncodingType: 'url' }));
    expect(encoded.Contents?.[0]?.Key).toBe('l/%C3%A9');
  });

  it('deletes many at once, also what is not there', async () => {
    await put('gone/1', 'x');
    const { Deleted } = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'gone/1' }, { Key: 'gone/2' }] } }),
    );
    expect(Deleted?.map(({ Key }) => Key)).toEqual(['gone/1', 'gone/2']);
    await expect(read('gone/1')).rejects.toBeInstanceOf(NoSuchKey);
  });

  it('keeps versions where the bucket wants them', async () => {
    const versioned = `${Bucket}-versioned`;
    await s3.send(new CreateBucketCommand({ Bucket: versioned }));
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await s3.send(new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration }));
    const put = (Body: string) => s3.send(new PutObjectCommand({ Bucket: versioned, Key: 'k', Body }));
    const { VersionId } = await put('one');
    await put('two');
    const get = async (VersionId?: string) =>
      (await s3.send(new GetObjectCommand({ Bucket: versioned, Key: 'k', VersionId }))).Body?.transformToString();
    expect(await get(VersionId)).toBe('one');
    const marker = await s3.send(new DeleteObjectCommand({ Bucket: versioned, Key: 'k' }));
    expect(marker.DeleteMarker).toBe(true);
    await expect(get()).rejects.toBeInstanceOf(NoSuchKey);
    await s3.send(new DeleteObjectCommand({ Bucket: versioned, Key: 'k', VersionId: marker.VersionId }));
    expect(await get()).toBe('two');
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket: versioned }));
    expect(Versions?.map(({ IsLatest }) => IsLatest)).toEqual([true, false]);
  });

  it('has everything after a restart', async () => {
    await put('kept', 'still here');
    await aws.restart();
    s3 = aws.client(S3Client);
    expect(await read('kept')).toBe('still here');
  });
});
