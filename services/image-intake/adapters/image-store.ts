import { createHash } from 'node:crypto';
import { formatS3Uri } from '@assay/events';
import { PermanentError } from '@assay/lambda-kit';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CheckedImage } from '../domain/intake.ts';
import type { Upload } from '../domain/upload.ts';

const EXTENSIONS = { jpeg: 'jpg', png: 'png', tiff: 'tif', bmp: 'bmp', webp: 'webp' } as const;

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The upload's bytes and metadata. Throws {@link PermanentError} `upload-gone` when it was deleted in the meantime. */
export async function fetchUpload(
  s3: Pick<S3Client, 'send'>,
  upload: Upload,
): Promise<{ bytes: Uint8Array; metadata: Record<string, string> }> {
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: upload.bucket, Key: upload.key }));
    const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
    return { bytes, metadata: object.Metadata ?? {} };
  } catch (cause) {
    if (!(cause instanceof NoSuchKey)) throw cause;
    throw new PermanentError('upload-gone', `${formatS3Uri(upload)} was deleted before it was looked at`, { cause });
  }
}

/**
 * Keeps an image as `accepted/<imageId>.<extension>` in the bucket it was uploaded to: an upload may be overwritten
 * under its name, an image that was labelled must never change.
 */
export async function keepImage(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  imageId: string,
  image: CheckedImage,
): Promise<string> {
  const key = `accepted/${imageId}.${EXTENSIONS[image.format]}`;
  await s3.send(
    new PutObjectCommand({ Bucket: bucket, Key: key, Body: image.bytes, ContentType: `image/${image.format}` }),
  );
  return formatS3Uri({ bucket, key });
}
