import { createHash } from 'node:crypto';
import { formatS3Uri, parseS3Uri } from '@assay/events';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { RunFiles } from '../domain/ports.ts';

export function createRunFiles(s3: Pick<S3Client, 'send'>, bucket: string): RunFiles {
  const read = async (location: { bucket: string; key: string }): Promise<string> => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: location.bucket, Key: location.key }));
    return (await Body?.transformToString('utf-8')) ?? '';
  };
  const uri = (key: string) => formatS3Uri({ bucket, key });
  const write = async (key: string, content: string): Promise<string> => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: content }));
    return uri(key);
  };
  return {
    uri,
    write,
    writeByContent: (folder, extension, content) =>
      write(`${folder}/${createHash('sha256').update(content).digest('hex')}.${extension}`, content),
    read: (from) => read(parseS3Uri(from)),
    async imported(imageId) {
      try {
        return await read({ bucket, key: `imports/${imageId}.json` });
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
  };
}
