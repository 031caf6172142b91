import sharp, { type Metadata, type Sharp } from 'sharp';
import { extensionFits, type FileFormat, formatOf } from '../domain/format/file-format.ts';
import { readJpegStructure } from '../domain/format/jpeg-structure.ts';
import { checkPngPixels, readPngStructure } from '../domain/format/png-structure.ts';
import type { CheckedImage } from '../domain/intake.ts';
import { MAX_PIXELS, MIN_DEVIATION, MIN_SIDE } from '../domain/limits.ts';
import { Rejection } from '../domain/rejection.ts';
import { bmpSize, decodeBmp } from './bmp-decoder.ts';

/**
 * Decodes a whole image, strictly. A JPEG or PNG that every decoder shows alike is kept as it is; all else (turned by
 * EXIF, 16 bits, palette, transparency, a colour profile, TIFF, BMP, WebP, a wrong extension) is kept upright, in
 * 8-bit sRGB and without metadata, so that people, trainer and devices see the same pixels.
 */
export async function checkImage(key: string, bytes: Uint8Array): Promise<CheckedImage> {
  const format = formatOf(bytes);
  const plain = checkStructure(format, bytes);
  const picture = format === 'bmp' ? fromBmp(bytes) : () => sharp(bytes, strict);
  const metadata = await decoding(() => picture().metadata());
  checkSize(metadata.width, metadata.height);
  if ((metadata.pages ?? 1) > 1) {
    throw new Rejection('unsupported-format', `the file holds ${metadata.pages} pictures; upload one a file`);
  }
  if (format === 'png') checkPngPixels(bytes);
  const asIs = plain && isUprightSrgb(metadata) && extensionFits(key, format);
  const checked =
    asIs && (format === 'jpeg' || format === 'png')
      ? { width: metadata.width, height: metadata.height, depth: metadata.channels, format, bytes }
      : await normalise(picture(), format);
  await checkContrast(checked.bytes);
  return checked;
}

const strict = { failOn: 'warning', limitInputPixels: MAX_PIXELS, sequentialRead: true } as const;

/** What can be told without decoding. Returns whether the file's own structure lets it be kept as it is. */
function checkStructure(format: FileFormat, bytes: Uint8Array): boolean {
  if (format === 'jpeg') {
    const { width, height } = readJpegStructure(bytes);
    checkSize(width, height);
    return true;
  }
  if (format === 'png') {
    const { width, height, plain } = readPngStructure(bytes);
    checkSize(width, height);
    return plain;
  }
  if (format === 'bmp') {
    const { width, height } = bmpSize(bytes);
    checkSize(width, height);
  }
  return false;
}

function checkSize(width: number, height: number): void {
  if (width * height > MAX_PIXELS) {
    throw new Rejection('too-many-pixels', `the image is ${width}x${height} pixels, the limit is ${MAX_PIXELS} in all`);
  }
  if (Math.min(width, height) < MIN_SIDE) {
    throw new Rejection('too-small', `the image is ${width}x${height} pixels, the shorter side needs ${MIN_SIDE}`);
  }
}

function fromBmp(bytes: Uint8Array): () => Sharp {
  const { data, width, height } = decodeBmp(bytes);
  return () => sharp(data, { raw: { width, height, channels: 3 } });
}

function isUprightSrgb(metadata: Metadata): boolean {
  return (
    (metadata.orientation ?? 1) === 1 &&
    metadata.icc === undefined &&
    !metadata.hasAlpha &&
    (metadata.space === 'srgb' || metadata.space === 'b-w')
  );
}

/** Reads every pixel of what will be kept, which also is the full decoding of an image that is kept as it is. */
async function checkContrast(bytes: Uint8Array): Promise<void> {
  const { channels } = await decoding(() => sharp(bytes, strict).stats());
  if (channels.every(({ stdev }) => stdev < MIN_DEVIATION)) {
    throw new Rejection('featureless', 'the image is one even colour; check the lens cap and the light');
  }
}

/** JPEGs stay JPEGs, at a quality that leaves no trace; all else becomes PNG. */
async function normalise(picture: Sharp, from: FileFormat): Promise<CheckedImage> {
  const upright = picture.autoOrient().flatten({ background: 'black' }).toColourspace('srgb');
  const encoded = from === 'jpeg' ? upright.jpeg({ quality: 97, chromaSubsampling: '4:4:4' }) : upright.png();
  const { data, info } = await decoding(() => encoded.toBuffer({ resolveWithObject: true }));
  const format = from === 'jpeg' ? 'jpeg' : 'png';
  return { width: info.width, height: info.height, depth: info.channels, format, bytes: data };
}

/** Runs a decoding step; what libvips complains about is the file's fault. */
async function decoding<Result>(step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    if (/premature|truncated|unexpected end|end of (file|stream|data)|not enough data/i.test(words)) {
      throw new Rejection('truncated', `the image ends before its picture does (${words}); upload the file again`, {
        cause,
      });
    }
    if (/exceeds pixel limit/i.test(words)) {
      throw new Rejection('too-many-pixels', `the image has more than ${MAX_PIXELS} pixels`, { cause });
    }
    throw new Rejection('corrupt', `the image can't be decoded (${words}); export it again`, { cause });
  }
}
