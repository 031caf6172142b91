import sharp, { type Metadata, type Sharp } from 'sharp';
import { decodeBmp } from '../../domain/format/bmp.ts';
import type { ImageHeader } from '../../domain/format/header.ts';
import { checkPngPixels } from '../../domain/format/png-structure.ts';
import type { CheckedImage } from '../../domain/intake.ts';
import { MAX_PIXELS, MIN_DEVIATION } from '../../domain/limits.ts';
import { Rejection } from '../../domain/rejection.ts';
import { captureTime } from './capture-time.ts';

/** What came of decoding: the shape of what is to be kept, and its bytes unless it is the file as it came. */
export type Decoded = Omit<CheckedImage, 'bytes'> & { readonly bytes: Uint8Array | undefined };

/**
 * Decodes a whole image, strictly. `keepable` says whether its structure and its name let it be kept as it is, when
 * every decoder shows its pixels alike; all else (turned by EXIF, 16 bits, palette, transparency, a colour profile) is
 * made upright, 8-bit sRGB and free of metadata, so that people, trainer and devices see the same pixels.
 */
export async function decodeImage(bytes: Uint8Array, { format }: ImageHeader, keepable: boolean): Promise<Decoded> {
  const picture = format === 'bmp' ? fromBmp(bytes) : () => sharp(bytes, strict);
  const metadata = await decoding(() => picture().metadata());
  if ((metadata.pages ?? 1) > 1) {
    throw new Rejection('unsupported-format', `the file holds ${metadata.pages} pictures; upload one a file`);
  }
  const capturedAt = captureTime(metadata.exif);
  const told = capturedAt === undefined ? {} : { capturedAt };
  if (format === 'png') await checkPngPixels(bytes);
  if (keepable && (format === 'jpeg' || format === 'png') && isUprightSrgb(metadata)) {
    await checkContrast(bytes);
    return {
      width: metadata.width,
      height: metadata.height,
      depth: metadata.channels,
      format,
      ...told,
      bytes: undefined,
    };
  }
  const normalised = await normalise(picture(), format === 'jpeg' ? 'jpeg' : 'png');
  await checkContrast(normalised.bytes);
  return { ...normalised, ...told };
}

const strict = { failOn: 'warning', limitInputPixels: MAX_PIXELS, sequentialRead: true } as const;

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

/** Decodes all of what will be kept, row by row, and looks at a sample of its pixels. */
async function checkContrast(bytes: Uint8Array): Promise<void> {
  const sampled = sharp(bytes, strict)
    .resize(SAMPLE_SIDE, SAMPLE_SIDE, { fit: 'inside', kernel: 'nearest', withoutEnlargement: true })
    .raw();
  const { data, info } = await decoding(() => sampled.toBuffer({ resolveWithObject: true }));
  const { width, height, channels } = info;
  const statistics = await sharp(data, { raw: { width, height, channels } }).stats();
  if (statistics.channels.every(({ stdev }) => stdev < MIN_DEVIATION)) {
    throw new Rejection('featureless', 'the image is one even colour; check the lens cap and the light');
  }
}

const SAMPLE_SIDE = 1024;

/**
 * JPEGs stay JPEGs, at a quality that leaves no trace; all else becomes PNG. Huffman tables made for the picture would
 * keep all its coefficients in memory.
 */
async function normalise(picture: Sharp, format: 'jpeg' | 'png'): Promise<CheckedImage> {
  const upright = picture.autoOrient().flatten({ background: 'black' }).toColourspace('srgb');
  const encoded =
    format === 'jpeg'
      ? upright.jpeg({ quality: 97, chromaSubsampling: '4:4:4', optimiseCoding: false })
      : upright.png();
  const { data, info } = await decoding(() => encoded.toBuffer({ resolveWithObject: true }));
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
