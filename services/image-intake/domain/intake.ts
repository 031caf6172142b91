import { formatS3Uri, type ImageRef, type RejectedImage } from '@assay/events';
import { type LedgerEntry, shouldAnnounce } from './ledger.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { Rejection } from './rejection.ts';
import { provenanceOf, type Upload } from './upload.ts';

/** An image that passed every check, and the bytes to keep: the upload's own, or upright 8-bit ones made of it. */
export interface CheckedImage extends Pick<ImageRef, 'width' | 'height' | 'depth' | 'format'> {
  readonly bytes: Uint8Array;
}

/** What taking in needs from outside. */
export interface IntakePorts {
  fetch(upload: Upload): Promise<{ bytes: Uint8Array; metadata: Readonly<Record<string, string>> }>;
  /** SHA-256, lower-case hex. */
  digest(bytes: Uint8Array): string;
  /** Decodes the whole image. Throws {@link Rejection}. */
  check(key: string, bytes: Uint8Array): Promise<CheckedImage>;
  /** Keeps an image under its content's name; returns where. */
  keep(imageId: string, image: CheckedImage): Promise<string>;
  /** Puts a pending entry unless there is one; returns the one that is there then. */
  register(image: ImageRef, uploadUri: string): Promise<LedgerEntry>;
  find(imageId: string): Promise<LedgerEntry | undefined>;
  now(): Date;
}

export type IntakeResult =
  | { readonly kind: 'arrived'; readonly image: ImageRef }
  | { readonly kind: 'rejected'; readonly image: RejectedImage }
  | { readonly kind: 'duplicate'; readonly imageId: string };

/** Takes in one upload. Everything that is wrong with it is a result; only failures of what is outside throw. */
export async function takeIn(upload: Upload, ports: IntakePorts): Promise<IntakeResult> {
  const uri = formatS3Uri(upload);
  let imageId: string | undefined;
  try {
    if (upload.size === 0) throw new Rejection('empty', 'the file is empty; upload it again');
    if (upload.size > MAX_FILE_BYTES) {
      throw new Rejection('too-large', `the file has ${upload.size} bytes, the limit is ${MAX_FILE_BYTES}`);
    }
    const { bytes, metadata } = await ports.fetch(upload);
    imageId = ports.digest(bytes);
    const provenance = provenanceOf(upload, metadata);
    const known = await ports.find(imageId);
    const entry = known ?? (await admit(upload, uri, imageId, bytes, provenance, ports));
    return shouldAnnounce(entry, uri, ports.now())
      ? { kind: 'arrived', image: entry.image }
      : { kind: 'duplicate', imageId };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    return { kind: 'rejected', image: { uri, imageId, code: error.code, message: error.message } };
  }
}

async function admit(
  upload: Upload,
  uploadUri: string,
  imageId: string,
  bytes: Uint8Array,
  provenance: ReturnType<typeof provenanceOf>,
  ports: IntakePorts,
): Promise<LedgerEntry> {
  const image = await ports.check(upload.key, bytes);
  const uri = await ports.keep(imageId, image);
  const { width, height, depth, format } = image;
  const ref: ImageRef = { imageId, uri, width, height, depth, format, bytes: image.bytes.length, ...provenance };
  return ports.register(ref, uploadUri);
}

/** One of several uploads of a batch that came to the same content speaks for all. */
export function distinctArrivals(results: readonly IntakeResult[]): ImageRef[] {
  const images = new Map<string, ImageRef>();
  for (const result of results) if (result.kind === 'arrived') images.set(result.image.imageId, result.image);
  return [...images.values()];
}
