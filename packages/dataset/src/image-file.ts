import { createHash } from 'node:crypto';
import { openImage } from '@assay/inspector-core';

type Format = 'jpg' | 'png' | 'webp' | 'tiff' | 'bmp';

/** How files of each format begin. */
const SIGNATURES: readonly (readonly [Format, (bytes: Buffer) => boolean])[] = [
  ['jpg', (bytes) => bytes.readUInt16BE(0) === 0xffd8],
  ['png', (bytes) => bytes.readUInt32BE(0) === 0x89504e47],
  ['webp', (bytes) => bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP'],
  ['tiff', (bytes) => ['II*\0', 'MM\0*'].includes(bytes.toString('latin1', 0, 4))],
  ['bmp', (bytes) => bytes.toString('latin1', 0, 2) === 'BM'],
];
const SHORTEST_SIGNATURE = 12;

/** An image as trainers get it. */
export interface ImageFile {
  readonly extension: string;
  readonly bytes: Uint8Array;
}

/**
 * Checks that these are the bytes that were labelled, and hands them on as they are. Only Windows bitmaps become PNG,
 * pixel by pixel the same: not every trainer reads them.
 *
 * @param sha256 of the image that was labelled
 * @throws Error naming the image when the bytes are others or of no known format
 */
export async function toImageFile(sha256: string, uri: string, bytes: Uint8Array): Promise<ImageFile> {
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (actual !== sha256) {
    throw new Error(
      `${uri} has the digest ${actual}, but the image that was labelled has ${sha256}: the object was overwritten. ` +
        'Put the labelled version back, or store a new outcome for the image.',
    );
  }
  const format = formatOf(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (format === undefined) {
    throw new Error(`${uri} is no JPEG, PNG, WebP, TIFF or BMP file. Reject the image in the label store.`);
  }
  return format === 'bmp'
    ? { extension: 'png', bytes: await openImage(bytes).png().toBuffer() }
    : { extension: format, bytes };
}

function formatOf(bytes: Buffer): Format | undefined {
  if (bytes.length < SHORTEST_SIGNATURE) return undefined;
  return SIGNATURES.find(([, matches]) => matches(bytes))?.[0];
}
