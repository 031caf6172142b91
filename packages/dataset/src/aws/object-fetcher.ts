import { parseS3Uri } from '@assay/events';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { FetchObject } from '../image-files.ts';

/** Fetches whole objects. @returns a function that throws an Error naming the object that can't be read */
export function objectFetcher(s3: S3Client): FetchObject {
  return async (uri) => {
    const { bucket, key } = parseS3Uri(uri);
    try {
      const { Body, Metadata = {} } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body === undefined) throw new Error('it came without a body');
      return { bytes: await Body.transformToByteArray(), metadata: Metadata };
    } catch (cause) {
      const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
      throw new Error(`${uri} can't be read (${reason}). Restore the object, or let the job's role read its bucket.`, {
        cause,
      });
    }
  };
}
