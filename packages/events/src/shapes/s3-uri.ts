import { z } from 'zod';
import { EventError } from '../errors.ts';

/** `s3://<bucket>/<key>`, the key as it is: it may hold any character, line ends too. */
export const s3UriSchema = z.string().regex(/^s3:\/\/[a-z0-9][a-z0-9.-]+\/.+$/s, 's3://<bucket>/<key> expected');

/** Where an object is. */
export interface S3Location {
  readonly bucket: string;
  readonly key: string;
}

export function parseS3Uri(uri: string): S3Location {
  const match = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new EventError('invalid-uri', `"${uri}" is not an S3 URI; write it as s3://<bucket>/<key>`);
  }
  return { bucket: match[1], key: match[2] };
}

export function formatS3Uri({ bucket, key }: S3Location): string {
  return `s3://${bucket}/${key}`;
}
