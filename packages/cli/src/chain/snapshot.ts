import { parseS3Uri } from '@assay/events';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import type { ReadSnapshot } from './trace.ts';

/** What is used of a dataset snapshot's manifest. */
const snapshotSchema = z.object({ images: z.array(z.object({ imageId: z.string(), split: z.string() })) });

/** Reads each snapshot once. */
export function snapshotReader(s3: S3Client): ReadSnapshot {
  const read = new Map<string, Promise<ReadonlyMap<string, string>>>();
  return (uri) => {
    const known = read.get(uri) ?? readManifest(s3, uri);
    read.set(uri, known);
    return known;
  };
}

async function readManifest(s3: S3Client, uri: string): Promise<ReadonlyMap<string, string>> {
  const { bucket, key } = parseS3Uri(uri);
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const { images } = snapshotSchema.parse(JSON.parse((await Body?.transformToString()) ?? ''));
  return new Map(images.map(({ imageId, split }) => [imageId, split]));
}
