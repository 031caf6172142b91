import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';

/** A photograph to be put into the image bucket. */
export interface Photograph {
  fileName: string;
  station: string;
  part: string;
  bytes: Uint8Array;
  /** Milliseconds since the epoch. */
  capturedAt?: number;
}

/** Where intake finds station and part: `incoming/<station>/<part>/<file>`. */
export function uploadKey({ station, part, fileName }: Photograph): string {
  return `incoming/${station}/${part}/${fileName}`;
}

const AT_ONCE = 8;

/** Uploads photographs, a few at a time. @returns their keys, in order. */
export async function uploadPhotographs(
  s3: S3Client,
  bucket: string,
  photographs: Iterable<Photograph> | AsyncIterable<Photograph>,
  uploaded: (count: number) => void = () => undefined,
): Promise<string[]> {
  const keys: string[] = [];
  const running = new Set<Promise<void>>();
  let done = 0;
  for await (const photograph of photographs) {
    const key = uploadKey(photograph);
    keys.push(key);
    const work = put(s3, bucket, key, photograph).then(() => {
      running.delete(work);
      uploaded(++done);
    });
    running.add(work);
    if (running.size >= AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
  return keys;
}

async function put(s3: S3Client, bucket: string, key: string, { station, part, bytes, capturedAt }: Photograph) {
  const Metadata = {
    station: encodeURIComponent(station),
    part: encodeURIComponent(part),
    origin: 'upload',
    ...(capturedAt === undefined ? {} : { 'captured-at': new Date(capturedAt).toISOString() }),
  };
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, Metadata }));
}
