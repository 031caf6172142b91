import type { ImageRef } from '@assay/events';
import { MAX_PIXELS, MIN_SIDE } from '../limits.ts';
import { Rejection } from '../rejection.ts';
import { bmpSize } from './bmp.ts';
import { formatOf } from './file-format.ts';
import { readJpegStructure } from './jpeg-structure.ts';
import { readPngStructure } from './png-structure.ts';
import { readTiffStructure } from './tiff-structure.ts';
import { readWebpStructure } from './webp-structure.ts';

/** What a file says of itself, held against its own structure, before anything of it is decoded. */
export interface ImageHeader extends Pick<ImageRef, 'format'> {
  /** Pixels, as stored: before EXIF turns them. */
  readonly width: number;
  readonly height: number;
  /** Whether the structure lets the file be kept as it is; the pixels have a say too. */
  readonly plain: boolean;
}

/**
 * Reads the magic, the size, the number of pictures and what lies behind the end, of a whole file. Throws
 * {@link Rejection}. It inflates nothing but small chunks, so that a bomb costs nothing here.
 */
export function readHeader(bytes: Uint8Array): ImageHeader {
  const format = formatOf(bytes);
  const header = { format, plain: false, ...STRUCTURES[format](bytes) };
  checkSize(header.width, header.height);
  return header;
}

interface Structure {
  readonly width: number;
  readonly height: number;
  readonly plain?: boolean;
}

const STRUCTURES: Readonly<Record<ImageRef['format'], (bytes: Uint8Array) => Structure>> = {
  jpeg: (bytes) => ({ ...readJpegStructure(bytes), plain: true }),
  png: readPngStructure,
  webp: readWebpStructure,
  tiff: readTiffStructure,
  bmp: bmpSize,
};

function checkSize(width: number, height: number): void {
  if (width * height > MAX_PIXELS) {
    throw new Rejection('too-many-pixels', `the image is ${width}x${height} pixels, the limit is ${MAX_PIXELS} in all`);
  }
  if (Math.min(width, height) < MIN_SIDE) {
    throw new Rejection('too-small', `the image is ${width}x${height} pixels, the shorter side needs ${MIN_SIDE}`);
  }
}
