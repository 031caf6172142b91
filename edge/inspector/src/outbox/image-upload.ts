import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { readImage } from './image-file.ts';

/** Uploads pictures that the inspector was unsure of, where image-intake finds them like those of a person. */
export function imageUpload(
  s3: Pick<S3Client, 'send'>,
  { bucket, thing }: { bucket: string; thing: string },
): (name: string, path: string) => Promise<void> {
  return async (_name, path) => {
    const { header, bytes } = await readImage(path);
    const { station, part, file, capturedAt } = header;
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `edge/${thing}/${station}/${part}/${file}`,
        Body: bytes,
        // Metadata is ASCII.
        Metadata: {
          station: encodeURIComponent(station),
          part: encodeURIComponent(part),
          origin: 'edge',
          'captured-at': capturedAt,
        },
      }),
    );
  };
}
