import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { readImage } from './image-file.ts';

/**
 * Uploads pictures that the inspector was unsure of, where image-intake finds them like those of a person. Each has a key
 * of its own: cameras use a file's name again, and image-intake reads a picture seconds after it came, while those that
 * waited for the line to the cloud come all at once.
 */
export function imageUpload(
  s3: Pick<S3Client, 'send'>,
  { bucket, thing }: { bucket: string; thing: string },
): (name: string, path: string) => Promise<void> {
  return async (name, path) => {
    const { header, bytes } = await readImage(path);
    const { station, part, file, capturedAt } = header;
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: `edge/${thing}/${station}/${part}/${name}-${file}`,
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
