import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { formatS3Uri } from '@assay/events';
import { PermanentError } from '@assay/lambda-kit';
import { CopyObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { CheckedImage, ImageNotes, RefusedUpload } from '../domain/intake.ts';
import { checkFileSize, type Upload } from '../domain/upload.ts';

const EXTENSIONS = { jpeg: 'jpg', png: 'png', tiff: 'tif', bmp: 'bmp', webp: 'webp' } as const;

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * The upload's bytes and metadata. It may have been overwritten since S3 reported it: throws {@link Rejection} when its
 * size by now is not to be read, and {@link PermanentError} `upload-gone` when it was deleted.
 */
export async function fetchUpload(
  s3: Pick<S3Client, 'send'>,
  upload: Upload,
): Promise<{ bytes: Uint8Array; metadata: Record<string, string> }> {
  try {
    const object = await s3.send(new GetObjectCommand({ Bucket: upload.bucket, Key: upload.key }));
    try {
      checkFileSize(object.ContentLength ?? 0);
    } catch (error) {
      if (object.Body instanceof Readable) object.Body.destroy();
      throw error;
    }
    const bytes = (await object.Body?.transformToByteArray()) ?? new Uint8Array();
    return { bytes, metadata: object.Metadata ?? {} };
  } catch (cause) {
    if (!(cause instanceof NoSuchKey)) throw cause;
    throw new PermanentError('upload-gone', `${formatS3Uri(upload)} was deleted before it was looked at`, { cause });
  }
}

/**
 * Keeps an image as `accepted/<imageId>.<extension>`: an upload may be overwritten under its name, an image that was
 * labelled must never change. When the image was made of the upload, the original goes to `originals/<imageId>`, and the image
 * has its own digest beside it: its id is that of the upload.
 */
export async function keepImage(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  imageId: string,
  image: CheckedImage,
  original: Uint8Array,
  { capturedAt, partIsFileName }: ImageNotes,
): Promise<string> {
  const made = image.bytes !== original;
  if (made) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `originals/${imageId}`, Body: original, ...OPAQUE }));
  }
  const key = `accepted/${imageId}.${EXTENSIONS[image.format]}`;
  await s3.send(
    new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: image.bytes,
      ContentType: `image/${image.format}`,
      Metadata: {
        ...(made && { sha256: sha256Of(image.bytes) }),
        ...(capturedAt !== undefined && { 'captured-at': capturedAt }),
        ...(partIsFileName && { 'part-from': 'file-name' }),
      },
    }),
  );
  return formatS3Uri({ bucket, key });
}

/** What was refused is served as a download under no type of its own, whatever it pretends to be. */
const OPAQUE = { ContentType: 'application/octet-stream', ContentDisposition: 'attachment' } as const;

/**
 * A copy takes nothing along but the bytes. By default CopyObject reads the source's tags and annotations too: of an upload
 * that has any it would need `s3:GetObjectTagging` and `s3:GetObjectAnnotation`, and nobody asks a refused one for them.
 */
const BYTES_ALONE = {
  MetadataDirective: 'REPLACE',
  TaggingDirective: 'REPLACE',
  AnnotationDirective: 'EXCLUDE',
} as const;

/** CopyObject takes objects of up to 5 GB. */
const MAX_COPY_BYTES = 5 * 1024 ** 3;

/**
 * Keeps a refused upload as `quarantine/<code>/<id>/original`, and beside it, for each upload that it came in, what it
 * was called and why it was refused, as `<digest of the upload's address>.json`. The id is the content's, or where it
 * was refused unread the address's; no name of the uploader's gets into a key. Returns where the original is, or the
 * note of it when it is larger than S3 copies.
 */
export async function quarantineUpload(
  s3: Pick<S3Client, 'send'>,
  bucket: string,
  { upload, imageId, bytes, code, message }: RefusedUpload,
): Promise<string> {
  const address = sha256Of(Buffer.from(formatS3Uri(upload)));
  const folder = `quarantine/${code}/${imageId ?? address}`;
  const note = { Bucket: bucket, Key: `${folder}/${address}.json` };
  const original = { Bucket: bucket, Key: `${folder}/original`, Metadata: { 'rejection-code': code }, ...OPAQUE };
  const reason = { upload, imageId, code, message };
  await s3.send(new PutObjectCommand({ ...note, Body: JSON.stringify(reason), ContentType: 'application/json' }));
  if (bytes !== undefined || upload.size === 0) {
    await s3.send(new PutObjectCommand({ ...original, Body: bytes ?? new Uint8Array() }));
  } else if (upload.size <= MAX_COPY_BYTES) {
    const source = `${upload.bucket}/${encodeURIComponent(upload.key)}`;
    await s3.send(new CopyObjectCommand({ ...original, ...BYTES_ALONE, CopySource: source }));
  } else {
    return formatS3Uri({ bucket, key: note.Key });
  }
  return formatS3Uri({ bucket, key: original.Key });
}
