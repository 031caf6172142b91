import { formatS3Uri, type ImageRef, type RejectedImage } from '@assay/events';
import { type LedgerEntry, shouldAnnounce } from './ledger.ts';
import type { Trial } from './limits.ts';
import { DecoderDeath, Rejection } from './rejection.ts';
import { checkFileSize, type Provenance, provenanceOf, type Upload } from './upload.ts';

/** An image that passed every check, and the bytes to keep: the upload's own, or upright 8-bit ones made of it. */
export interface CheckedImage extends Pick<ImageRef, 'width' | 'height' | 'depth' | 'format'> {
  readonly bytes: Uint8Array;
  /** When it was taken, where the file says so. */
  readonly capturedAt?: string;
}

/** What goes with an image to those who get it by its URI: its object's metadata. */
export interface ImageNotes {
  /** When it was taken; only where uploader or camera told. */
  readonly capturedAt: string | undefined;
  /** The part is no part's name, but the file's: nobody has said what the image is of. */
  readonly partIsFileName: boolean;
}

/** An upload that was turned away. */
export interface RefusedUpload extends Pick<RejectedImage, 'code' | 'message' | 'imageId'> {
  readonly upload: Upload;
  /** Undefined when it was refused unread. */
  readonly bytes: Uint8Array | undefined;
}

/** What taking in needs from outside. */
export interface IntakePorts {
  /** Throws {@link Rejection} when the object has another size by now, and is not to be read. */
  fetch(upload: Upload): Promise<{ bytes: Uint8Array; metadata: Readonly<Record<string, string>> }>;
  /** SHA-256, lower-case hex. */
  digest(bytes: Uint8Array): string;
  /** Decodes the whole image. Throws {@link Rejection}. */
  check(key: string, bytes: Uint8Array, trial: Trial): Promise<CheckedImage>;
  /** Keeps an image under its content's name, and the original aside when it is another; returns where the image is. */
  keep(imageId: string, image: CheckedImage, original: Uint8Array, notes: ImageNotes): Promise<string>;
  /** Keeps a refused upload aside with the reason, for a person to look at; returns where. */
  quarantine(refused: RefusedUpload): Promise<string>;
  /** Puts a pending entry unless there is one; returns the one that is there then. */
  register(image: ImageRef, uploadUri: string): Promise<LedgerEntry>;
  find(imageId: string): Promise<LedgerEntry | undefined>;
  now(): Date;
}

export type IntakeResult =
  | { readonly kind: 'arrived'; readonly image: ImageRef }
  | { readonly kind: 'rejected'; readonly image: RejectedImage }
  | { readonly kind: 'duplicate'; readonly imageId: string }
  /** The decoder died of it at the first trial; nothing is decided. */
  | { readonly kind: 'suspect' };

/**
 * Takes in one upload. Everything that is wrong with it is a result; only failures of what is outside throw. What the
 * decoder dies of is a `suspect` at the first trial and rejected at the last.
 */
export async function takeIn(upload: Upload, ports: IntakePorts, trial: Trial): Promise<IntakeResult> {
  const uri = formatS3Uri(upload);
  let imageId: string | undefined;
  let bytes: Uint8Array | undefined;
  try {
    checkFileSize(upload.size);
    const object = await ports.fetch(upload);
    bytes = object.bytes;
    imageId = ports.digest(bytes);
    const provenance = provenanceOf(upload, object.metadata);
    const known = await ports.find(imageId);
    const entry = known ?? (await admit({ upload, uri, imageId, bytes, provenance }, ports, trial));
    return shouldAnnounce(entry, uri, ports.now())
      ? { kind: 'arrived', image: entry.image }
      : { kind: 'duplicate', imageId };
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    if (error instanceof DecoderDeath && trial === 'first') return { kind: 'suspect' };
    const { code, message } = error;
    const quarantineUri = await ports.quarantine({ upload, imageId, bytes, code, message });
    return { kind: 'rejected', image: { uri, imageId, code, message, quarantineUri } };
  }
}

interface ReadUpload {
  readonly upload: Upload;
  readonly uri: string;
  readonly imageId: string;
  readonly bytes: Uint8Array;
  readonly provenance: Provenance;
}

async function admit(read: ReadUpload, ports: IntakePorts, trial: Trial): Promise<LedgerEntry> {
  const image = await ports.check(read.upload.key, read.bytes, trial);
  const { partIsFileName, told, ...provenance } = read.provenance;
  const capturedAt = told ?? image.capturedAt;
  const uri = await ports.keep(read.imageId, image, read.bytes, { capturedAt, partIsFileName });
  const { width, height, depth, format } = image;
  const shape = { width, height, depth, format, bytes: image.bytes.length };
  const known = { ...shape, ...provenance, capturedAt: capturedAt ?? new Date(read.upload.time).toISOString() };
  return ports.register({ imageId: read.imageId, uri, ...known }, read.uri);
}

/** One of several uploads of a batch that came to the same content speaks for all. */
export function distinctArrivals(results: readonly IntakeResult[]): ImageRef[] {
  const images = new Map<string, ImageRef>();
  for (const result of results) if (result.kind === 'arrived') images.set(result.image.imageId, result.image);
  return [...images.values()];
}
