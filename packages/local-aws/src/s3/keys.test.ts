import { once } from 'node:events';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../test/harness.ts';

/** "Naming Amazon S3 objects": any UTF-8 of up to 1,024 bytes. */
const KEYS = [
  ' leading and  double spaces ',
  'a+b&c=d?e#f;g:h,i@j$k',
  '100% and %2F and %zz and %',
  'ünïcödé 画像 🧲 e\u0301 \u202e',
  'folder/../up',
  './here/./there',
  '/rooted//twice/',
  '.',
  '\\back\\..\\slash',
  '"quoted" \'and\' <tagged> &amp; `ticked`',
  '__proto__',
  '$(command) | pipe ; ~ * [a-z] {b}',
  'line\nbreak\r\n\ttab',
  'x'.repeat(1024),
  'ü'.repeat(512),
];

/** `fetch` takes dots out of a path before it sends it, and breaks the signature. */
async function fetchAsIs(url: string): Promise<string> {
  const [, host = '', path = ''] = /^http:\/\/([^/]+)(.*)$/.exec(url) ?? [];
  const request = get({ host: '127.0.0.1', port: host.split(':')[1], path, headers: { host } });
  const [response] = await once(request, 'response');
  return text(response);
}

describe('object keys with any character', () => {
  let aws: TestAws;
  let s3: S3Client;

  let buckets = 0;
  let Bucket: string;

  beforeAll(async () => {
    aws = await startAws();
    s3 = aws.client(S3Client);
  });
  beforeEach(async () => {
    buckets += 1;
    Bucket = `a-bucket-of-keys-${buckets}`;
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterAll(() => aws.close());

  const clients = (): [string, S3Client][] => {
    const { endpoint, region, administrator: credentials } = aws.aws;
    return [
      ['virtual-hosted', s3],
      ['path', new S3Client({ endpoint, region, credentials, forcePathStyle: true })],
    ];
  };
  const read = async (client: S3Client, Key: string) =>
    (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();
  const listed = async (more: object = {}) => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, ...more }));
    return Contents.map(({ Key = '' }) => Key);
  };

  it.each(KEYS)('come back as they went: %j', async (key) => {
    for (const [style, client] of clients()) {
      await client.send(new PutObjectCommand({ Bucket, Key: key, Body: `${style} ${key}` }));
      expect(await read(client, key)).toBe(`${style} ${key}`);
      expect((await client.send(new HeadObjectCommand({ Bucket, Key: key }))).$metadata.httpStatusCode).toBe(200);
      const url = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: key }));
      expect(await fetchAsIs(url)).toBe(`${style} ${key}`);
    }
    expect(await listed()).toEqual([key]);
    expect((await listed({ EncodingType: 'url' })).map(decodeURIComponent)).toEqual([key]);
    expect(await listed({ Prefix: key })).toEqual([key]);
    expect(await listed({ StartAfter: key })).toEqual([]);
    const CopySource = `${Bucket}/${encodeURIComponent(key)}`;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource }));
    expect(await read(s3, 'copy')).toBe(`path ${key}`);
    const Objects = [{ Key: key }, { Key: 'copy' }];
    const { Deleted = [], Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect([Deleted.map(({ Key }) => Key).toSorted(), Errors]).toEqual([[key, 'copy'].toSorted(), []]);
    expect(await listed()).toEqual([]);
  });

  it('lie beside each other, however alike they are', async () => {
    const alike = ['é', 'e\u0301', 'A', 'a', 'a/', 'a//', 'a/.', 'a/./', '%61', 'a ', 'a+'];
    for (const Key of alike) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    for (const Key of alike) expect(await read(s3, Key)).toBe(Key);
    expect(await listed()).toEqual(alike.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it.each(['x'.repeat(1025), 'ü'.repeat(513)])('are refused beyond 1,024 bytes', async (Key) => {
    const refusal = { name: 'KeyTooLongError', $metadata: { httpStatusCode: 400 } };
    await expect(s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))).rejects.toMatchObject(refusal);
    await expect(s3.send(new CreateMultipartUploadCommand({ Bucket, Key }))).rejects.toMatchObject(refusal);
  });
});
