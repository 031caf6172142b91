import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { againstAws, startAws, type TestAws } from '../../test/harness.ts';

const MIB = 1024 * 1024;

describe('S3 multipart uploads', () => {
  let aws: TestAws;
  let s3: S3Client;
  const Bucket = `multipart-${Date.now()}`;
  const [first, second] = [randomBytes(5 * MIB), randomBytes(1000)];

  beforeAll(async () => {
    aws = await startAws();
    s3 = aws.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(() => aws.close());

  const begin = async (Key: string, options: object = {}) => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...options }));
    return { Bucket, Key, UploadId };
  };

  it('puts parts together in order, wherever they came first', async () => {
    const upload = await begin('big', { ChecksumAlgorithm: 'CRC32', Metadata: { origin: 'upload' } });
    const send = (PartNumber: number, Body: Buffer) =>
      s3.send(new UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }));
    await send(1, randomBytes(10));
    const [two, one] = [await send(2, second), await send(1, first)];
    const listed = await s3.send(new ListPartsCommand(upload));
    expect(listed.Parts?.map(({ Size }) => Size)).toEqual([5 * MIB, 1000]);
    const Parts = [one, two].map(({ ETag, ChecksumCRC32 }, index) => ({ PartNumber: index + 1, ETag, ChecksumCRC32 }));
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    const md5 = (content: Buffer) => createHash('md5').update(content).digest();
    expect(done.ETag).toBe(`"${md5(Buffer.concat([md5(first), md5(second)])).toString('hex')}-2"`);
    expect(done.ChecksumCRC32).toMatch(/-2$/);
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'big' }));
    expect(object.Metadata).toEqual({ origin: 'upload' });
    expect(Buffer.from((await object.Body?.transformToByteArray()) ?? [])).toEqual(Buffer.concat([first, second]));
    const across = await s3.send(
      new GetObjectCommand({ Bucket, Key: 'big', Range: `bytes=${5 * MIB - 2}-${5 * MIB + 1}` }),
    );
    expect(Buffer.from((await across.Body?.transformToByteArray()) ?? [])).toEqual(
      Buffer.concat([first.subarray(-2), second.subarray(0, 2)]),
    );
  });

  it('has a checksum of the whole object where none was asked for', async () => {
    const upload = await begin('whole');
    const { ETag } = await s3.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: '123456789', ChecksumAlgorithm: 'CRC64NVME' }),
    );
    const Parts = [{ PartNumber: 1, ETag }];
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect(done).toMatchObject({ ChecksumCRC64NVME: 'rosUhgp5mIg=', ChecksumType: 'FULL_OBJECT' });
  });

  it('refuses small parts, wrong order and parts that it does not have', async () => {
    const upload = await begin('refused', { ChecksumAlgorithm: 'CRC32' });
    const send = (PartNumber: number) => s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: 'small' }));
    const [one, two] = [await send(1), await send(2)];
    const complete = (Parts: object[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    const parts = [one, two].map(({ ETag }, index) => ({ PartNumber: index + 1, ETag }));
    await expect(complete(parts)).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(parts.toReversed())).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete([{ PartNumber: 1, ETag: '"0"' }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(
      s3.send(new UploadPartCommand({ ...upload, UploadId: 'x', PartNumber: 1, Body: 'x' })),
    ).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });

  it('copies ranges of other objects as parts', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'source', Body: 'abcdefghij' }));
    const upload = await begin('assembled');
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: 'bytes=2-4',
      }),
    );
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'assembled' }));
    expect(await Body?.transformToString()).toBe('cde');
  });

  it.skipIf(againstAws)(
    'leaves no bytes behind an aborted upload, and keeps an unfinished one over a restart',
    async () => {
      const files = async () => (await readdir(join(aws.dataDir, 's3', 'objects'))).length;
      const before = await files();
      const upload = await begin('aborted');
      await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x', ChecksumAlgorithm: 'CRC64NVME' }));
      await aws.restart();
      s3 = aws.client(S3Client);
      expect((await s3.send(new ListPartsCommand(upload))).Parts).toHaveLength(1);
      await s3.send(new AbortMultipartUploadCommand(upload));
      await expect.poll(files).toBeLessThanOrEqual(before);
      await expect(s3.send(new ListPartsCommand(upload))).rejects.toMatchObject({ name: 'NoSuchUpload' });
    },
  );
});
