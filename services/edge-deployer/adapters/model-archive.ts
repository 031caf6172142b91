import { createHash } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { parseS3Uri } from '@assay/events';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { extract } from 'tar-stream';
import { MAX_ARCHIVE_BYTES, MAX_UNPACKED_BYTES } from '../domain/model/archive-limits.ts';
import { UnusableModel } from '../domain/model/unusable-model.ts';

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
  let unpacked = 0;
  const reader = extract();
  reader.on('entry', (header, stream, next) => {
    const chunks: Uint8Array[] = [];
    stream.on('data', (chunk) => {
      if (!(chunk instanceof Uint8Array)) return;
      unpacked += chunk.length;
      if (unpacked > MAX_UNPACKED_BYTES)
        reader.destroy(new UnusableModel(`${uri} unpacks to more than ${MAX_UNPACKED_BYTES} bytes`));
      else chunks.push(chunk);
    });
    stream.on('end', () => {
      if (header.type === 'file') files.set(path.posix.normalize(header.name), Buffer.concat(chunks));
      next();
    });
  });
  try {
    await pipeline(Readable.from([archive]), createGunzip(), reader);
  } catch (cause) {
    if (cause instanceof UnusableModel) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UnusableModel(`${uri} is not a tar.gz (${why}); register the training job's model.tar.gz`, { cause });
  }
  return files;
}
