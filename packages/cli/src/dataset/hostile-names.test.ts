import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAws, type TestAws } from '../../../local-aws/test/harness.ts';
import { readAnnotatedImage } from './annotated-image.ts';
import { imageFiles, photographsOf } from './folder.ts';
import { type Photograph, uploadPhotographs } from './upload.ts';

let folder: string;
let aws: TestAws;
let s3: S3Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'assay-names-'));
  aws = await startAws();
  s3 = aws.client(S3Client);
  await s3.send(new CreateBucketCommand({ Bucket: 'images' }));
});
afterAll(async () => {
  await aws.close();
  await rm(folder, { recursive: true });
});

describe('photographs with names that make trouble', () => {
  const names = [
    ' with  spaces .jpg',
    'ünï – 画像🧲.jpg',
    'a+b%20c%2F..jpg',
    '..jpg.jpg',
    'back\\slash.png',
    'line\nbreak.jpg',
    '-rf.jpg',
    'Nfd e\u0301.jpg',
    'Nfc \u00e9.jpg',
  ];

  it('are uploaded under their very names', async () => {
    const images = join(folder, 'images');
    await mkdir(join(images, 'a folder.jpg'), { recursive: true });
    for (const name of names) await writeFile(join(images, name), name);
    const photographs = photographsOf(images, await imageFiles(images), 'line 1');
    const keys = await uploadPhotographs(s3, 'images', photographs);
    expect(keys.map((key) => key.split('/').at(-1)).toSorted()).toEqual(names.toSorted());
    for (const key of keys) {
      const object = await s3.send(new GetObjectCommand({ Bucket: 'images', Key: key }));
      expect(key.endsWith(`/${await object.Body?.transformToString()}`)).toBe(true);
      expect(decodeURIComponent(object.Metadata?.station ?? '')).toBe('line 1');
    }
  });

  const photograph = (part: string, fileName: string): Photograph => ({
    station: 's',
    part,
    fileName,
    bytes: Buffer.of(1),
  });

  it('are refused when S3 could not take their key, or one would replace another', async () => {
    const long = [photograph('p', `${'ü'.repeat(600)}.jpg`)];
    await expect(uploadPhotographs(s3, 'images', long)).rejects.toThrow('has 1217 bytes, S3 takes 1024');
    const twice = [photograph('p', 'a.jpg'), photograph('p', 'a.jpg')];
    await expect(uploadPhotographs(s3, 'images', twice)).rejects.toThrow('Two photographs would be uploaded as');
  });
});

describe('images that annotations name', () => {
  it('are read below their folder', async () => {
    await mkdir(join(folder, 'data', 'sub'), { recursive: true });
    await writeFile(join(folder, 'data', 'sub', '..a.jpg'), 'a');
    await expect(readAnnotatedImage(join(folder, 'data'), 'x.json', 'sub/../sub/..a.jpg')).resolves.toEqual(
      Buffer.from('a'),
    );
  });

  it.each(['../secret.txt', 'sub/../../secret.txt', '/etc/passwd', '..'])(
    'are refused outside of it: %s',
    async (name) => {
      await writeFile(join(folder, 'secret.txt'), 'secret');
      await expect(readAnnotatedImage(join(folder, 'data'), 'x.json', name)).rejects.toThrow('is not in the folder');
    },
  );

  it.each(['sub', '.', 'missing.jpg', 'nul\0.jpg', '/dev/null'])(
    'are refused when they are no file: %j',
    async (name) => {
      await expect(readAnnotatedImage(join(folder, 'data'), 'x.json', name)).rejects.toThrow('x.json names');
    },
  );
});
