import { createHash } from 'node:crypto';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gunzip, type ZlibOptions } from 'node:zlib';
import { parseS3Uri } from '@assay/events';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { extract } from 'tar-stream';
import { MAX_ARCHIVE_BYTES, MAX_UNPACKED_BYTES } from '../domain/model/archive-limits.ts';
import { UnusableModel } from '../domain/model/unusable-model.ts';

const inflate: (bytes: Uint8Array, options: ZlibOptions) => Promise<Buffer> = promisify(gunzip);

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The files of a `model.tar.gz` in S3, by their names. Throws {@link UnusableModel} when it is too large or no archive. */
export async function readModelArchive(s3: Pick<S3Client, 'send'>, uri: string): Promise<Map<string, Uint8Array>> {
  const { bucket, key } = parseS3Uri(uri);
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  if ((object.ContentLength ?? 0) > MAX_ARCHIVE_BYTES) {
    throw new UnusableModel(
      `${uri} has ${object.ContentLength} bytes, the limit is ${MAX_ARCHIVE_BYTES}; train a smaller model`,
    );
  }
  const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
  return unpack(uri, bytes);
}

/** Unpacks a tar.gz into memory, in bounds. */
export async function unpack(uri: string, archive: Uint8Array): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  try {
    const reader = extract();
    reader.end(await inflate(archive, { maxOutputLength: MAX_UNPACKED_BYTES }));
    for await (const entry of reader) {
      const content = await buffer(entry);
      if (entry.header.type === 'file') files.set(path.posix.normalize(entry.header.name), content);
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UnusableModel(`${uri} is not a usable tar.gz (${why}); register the training job's model.tar.gz`, {
      cause,
    });
  }
  return files;
}
